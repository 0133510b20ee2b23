#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <seneca/json.hpp>

#include "event/json_check.h"
#include "socketio-redis/pickle.h"

namespace socketio_redis::detail {
namespace {

using Kind = PickleValue::Kind;

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), written.ptr);
}

// None, booleans and numbers; false for other values.
bool append_word(std::string& out, const PickleValue& value) {
  switch (value.kind) {
    case Kind::none:
      out += "null";
      return true;
    case Kind::boolean:
      out += value.bits != 0 ? "true" : "false";
      return true;
    case Kind::integer:
      append_number(out, static_cast<int64_t>(value.bits));
      return true;
    case Kind::large_integer:
      append_number(out, value.bits);
      return true;
    case Kind::real:
      if (const auto real = std::bit_cast<double>(value.bits); std::isfinite(real))
        append_number(out, real);
      else
        out += "null";
      return true;
    default:
      return false;
  }
}

/// Writes values that may refer to each other in any way, so every step looks at the bounds.
class PickleJson {
 public:
  PickleJson(const std::vector<PickleValue>& values, size_t max_attachments)
      : values_(values), max_attachments_(max_attachments) {}

  relay::Result<Unpickled> run(uint32_t root) {
    if (!value(root, 1)) return relay::fail("bad_pickle", "pickle", std::string(problem_));
    const PickleValue& outermost = values_[root];
    for (size_t i = 0; outermost.kind == Kind::dict && i < outermost.items.size(); i += 2)
      if (values_[outermost.items[i + 1]].kind == Kind::tuple)
        out_.tuples.emplace_back(values_[outermost.items[i]].text);
    return std::move(out_);
  }

 private:
  bool refuse(std::string_view problem) {
    problem_ = problem;
    return false;
  }

  bool value(uint32_t index, int depth) {
    const PickleValue& value = values_[index];
    if (out_.json.size() + attached_ > kMaxPickleBytes) return refuse("it holds more than 16 MiB");
    switch (value.kind) {
      case Kind::text:
        seneca::append_json_string(out_.json, value.text);
        return true;
      case Kind::bytes:
        return attachment(value.text);
      case Kind::list:
      case Kind::tuple:
      case Kind::dict:
        return depth <= relay::kMaxJsonDepth ? container(value, depth)
                                             : refuse("it is nested deeper than 64 levels");
      default:
        return append_word(out_.json, value);
    }
  }

  bool attachment(std::string_view bytes) {
    if (out_.attachments.size() >= max_attachments_)
      return refuse("it has too many binary values; send fewer in one message");
    out_.json += R"({"_placeholder":true,"num":)";
    append_number(out_.json, out_.attachments.size());
    out_.json += '}';
    attached_ += bytes.size();
    out_.attachments.emplace_back(bytes);
    return true;
  }

  bool container(const PickleValue& container, int depth) {
    const bool dict = container.kind == Kind::dict;
    out_.json += dict ? '{' : '[';
    for (size_t i = 0; i < container.items.size(); ++i) {
      if (i > 0) out_.json += dict && i % 2 == 1 ? ':' : ',';
      const uint32_t item = container.items[i];
      if (dict && i % 2 == 0 ? !key(values_[item]) : !value(item, depth + 1)) return false;
    }
    out_.json += dict ? '}' : ']';
    return true;
  }

  bool key(const PickleValue& key) {
    if (key.kind == Kind::text) {
      seneca::append_json_string(out_.json, key.text);
      return true;
    }
    out_.json += '"';
    if (!append_word(out_.json, key)) return refuse("the key of a dict is neither text nor a number");
    out_.json += '"';
    return true;
  }

  const std::vector<PickleValue>& values_;
  const size_t max_attachments_;
  Unpickled out_;
  size_t attached_ = 0;
  std::string_view problem_;
};

}  // namespace

relay::Result<Unpickled> write_unpickled(const std::vector<PickleValue>& values, uint32_t root,
                                         size_t max_attachments) {
  return PickleJson(values, max_attachments).run(root);
}

}  // namespace socketio_redis::detail
