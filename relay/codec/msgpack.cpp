#include "codec/msgpack.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <seneca/json.hpp>
#include <system_error>

#include "codec/msgpack_reader.h"
#include "codec/msgpack_writer.h"

namespace relay {
namespace {

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// What JSON.parse makes of a number no double holds: only an integer can be too large, the rest is tiny.
double beyond_double(std::string_view text) {
  const bool tiny = text.find_first_of(".eE") != std::string_view::npos;
  const double size = tiny ? 0 : std::numeric_limits<double>::infinity();
  return text.front() == '-' ? -size : size;
}

void append_number(std::string& out, std::string_view text) {
  int64_t whole = 0;
  uint64_t large = 0;
  double real = 0;
  if (read_whole(text, whole) && (whole != 0 || text.front() != '-'))
    append_msgpack_signed(out, whole);
  else if (read_whole(text, large))
    append_msgpack_unsigned(out, large);
  else
    append_msgpack_real(out, read_whole(text, real) ? real : beyond_double(text));
}

/// One pass over one JSON text. Does not recurse: what the relay wraps around an event's data comes on top of
/// the depth that was checked.
class JsonWalk {
 public:
  JsonWalk(std::string& out, std::string_view json, std::span<const std::string> attachments)
      : out_(out), json_(json), attachments_(attachments) {
    open_.reserve(16);
  }

  void run() {
    while (at_ < json_.size()) {
      switch (json_[at_]) {
        case '{':
          if (attachments_.empty() || !attachment()) open(MsgpackContainer::map);
          break;
        case '[':
          open(MsgpackContainer::array);
          break;
        case '}':
        case ']':
          close();
          break;
        case '"':
          string();
          break;
        default:
          scalar();
      }
    }
  }

 private:
  struct Container {
    size_t head = 0;    // where it is in out_
    size_t values = 0;  // so far; keys count too
    MsgpackContainer kind = MsgpackContainer::array;
  };

  void count() {
    if (!open_.empty()) ++open_.back().values;
  }

  // The size is known at the end only: until then there is one byte, which is enough for most.
  void open(MsgpackContainer kind) {
    count();
    open_.push_back({out_.size(), 0, kind});
    out_ += '\0';
    ++at_;
  }
  void close() {
    ++at_;
    if (open_.empty()) return;
    const Container& last = open_.back();
    head_.clear();
    append_msgpack_head(head_, last.kind, last.kind == MsgpackContainer::map ? last.values / 2 : last.values);
    out_.replace(last.head, 1, head_);
    open_.pop_back();
  }

  void string() {
    count();
    const size_t end = std::min(seneca::detail::skip_string(json_, at_), json_.size());
    const std::string_view raw = json_.substr(at_ + 1, std::max(end - at_, size_t{2}) - 2);
    at_ = end;
    if (raw.find('\\') == std::string_view::npos) return append_msgpack_string(out_, raw);
    text_.clear();
    seneca::append_unescaped(text_, raw);
    append_msgpack_string(out_, text_);
  }

  // A number, true, false or null; or a byte between values.
  void scalar() {
    const size_t begin = at_;
    while (at_ < json_.size() && seneca::detail::is_json_word(json_[at_])) ++at_;
    const std::string_view word = json_.substr(begin, at_ - begin);
    if (word.empty()) {
      ++at_;
      return;
    }
    count();
    if (word.front() == 't' || word.front() == 'f')
      out_ += word.front() == 't' ? '\xC3' : '\xC2';
    else if (word.front() == 'n')
      out_ += '\xC0';
    else
      append_number(out_, word);
  }

  bool attachment() {
    const size_t end = seneca::detail::skip_container(json_, at_);
    if (end == std::string_view::npos) return false;
    const seneca::JsonView object(json_.substr(at_, end - at_));
    if (!object.get("_placeholder").boolean()) return false;
    const int64_t index = object.get("num").integer(-1);
    if (index < 0 || static_cast<uint64_t>(index) >= attachments_.size()) return false;
    count();
    append_msgpack_binary(out_, attachments_[static_cast<size_t>(index)]);
    at_ = end;
    return true;
  }

  std::string& out_;
  const std::string_view json_;
  const std::span<const std::string> attachments_;
  size_t at_ = 0;
  std::vector<Container> open_;
  std::string head_, text_;
};

}  // namespace

Result<std::string> msgpack_to_json(std::string_view bytes, std::vector<std::string>& attachments,
                                    size_t max_attachments) {
  MsgpackReader reader(bytes, max_attachments);
  std::string json;
  json.reserve(bytes.size() + bytes.size() / 4);
  attachments.clear();
  if (!reader.take_value(json, &attachments))
    return fail("bad_msgpack", "message", std::string(reader.problem()));
  if (!reader.at_end()) return fail("bad_msgpack", "message", "bytes follow the value");
  return json;
}

void append_msgpack(std::string& out, std::string_view json, std::span<const std::string> attachments) {
  JsonWalk(out, json, attachments).run();
}

}  // namespace relay
