#include "config/render.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/field.h"
#include "config/field_table.h"
#include "config/json_source.h"

namespace relay {

namespace {

constexpr size_t kWidth = 110;

std::string indent(size_t depth) { return std::string(depth * 2, ' '); }

/// " [whole seconds, 1 to 86400; reloadable]", or "" when there is nothing to say.
std::string facts(const Field& field) {
  std::string text = field.kind == Field::Kind::boolean ? "" : field_limits(field);
  if (!field.only_for.empty()) {
    std::string types;
    for (const std::string_view type : field.only_for)
      types += (types.empty() ? "" : ", ") + std::string(type);
    text += (text.empty() ? "" : "; ") + ("type " + types);
  }
  if (field.required) text += text.empty() ? "required" : "; required";
  if (field.reloadable) text += text.empty() ? "reloadable" : "; reloadable";
  return text.empty() ? "" : " [" + text + "]";
}

/// Comment lines, broken at blanks.
void append_comment(std::string& out, const std::string& margin, std::string_view text) {
  while (!text.empty()) {
    const size_t room = kWidth - margin.size();
    size_t end = text.size();
    if (end > room) {
      end = text.rfind(' ', room);
      if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
    }
    out += margin;
    out += text.substr(0, end);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Writes a Config through the field table. It only reads; the table's accessors want a mutable owner.
class Writer {
 public:
  Writer(Config config, bool annotated) : config_(std::move(config)), annotated_(annotated) {}

  std::string run() {
    const Field root = config_fields();
    if (annotated_) append_comment(out_, "// ", root.doc);
    write_object(root, &config_, 0);
    return out_ + "\n";
  }

 private:
  void write_object(const Field& field, void* owner, size_t depth) {
    out_ += "{\n";
    for (const Field& member : field.fields) {
      if (annotated_)
        append_comment(out_, indent(depth + 1) + "// ", std::string(member.doc) + facts(member));
      if (annotated_ && member.kind == Field::Kind::list) describe_items(member, depth + 1);
      out_ += indent(depth + 1) + quote_json(member.name) + ": ";
      write_value(member, owner, depth + 1);
      out_ += &member == &field.fields.back() ? "\n" : ",\n";
      if (annotated_ && depth == 0 && &member != &field.fields.back()) out_ += '\n';
    }
    out_ += indent(depth) + "}";
  }

  void write_value(const Field& field, void* owner, size_t depth) {
    if (field.kind == Field::Kind::object) return write_object(field, field.member(owner), depth);
    if (field.kind == Field::Kind::list) return write_list(field, owner, depth);
    out_ += literal(field, owner);
  }

  void write_list(const Field& field, void* owner, size_t depth) {
    const std::vector<void*> items = field.items(owner);
    const std::vector<std::string> defaults = item_defaults(field);
    out_ += '[';
    for (void* const& item : items) {
      out_ += (&item == &items.front() ? "\n" : ",\n") + indent(depth + 1);
      write_item(field, item, defaults);
    }
    out_ += items.empty() ? "]" : "\n" + indent(depth) + "]";
  }

  /// One line; annotated text leaves out what is at its default, to stay readable.
  void write_item(const Field& field, void* item, const std::vector<std::string>& defaults) {
    const std::string type = type_of(field, item);
    std::string members;
    for (size_t i = 0; i < field.fields.size(); ++i) {
      const Field& member = field.fields[i];
      const std::string text = literal(member, item);
      const bool wanted = member.required || !annotated_ || text != defaults[i];
      if (!wanted || !member.applies_to(type)) continue;
      members += (members.empty() ? "" : ", ") + quote_json(member.name) + ": " + text;
    }
    out_ += "{" + members + "}";
  }

  static std::string type_of(const Field& field, const void* item) {
    const Field* type = field.find("type");
    return type == nullptr ? "" : std::get<std::string>(type->get(item));
  }

  void describe_items(const Field& list, size_t depth) {
    append_comment(out_, indent(depth) + "// ", "Keys of each:");
    describe_fields(list, list.make_item().get(), "", depth);
  }

  void describe_fields(const Field& owner_field, void* item, const std::string& prefix, size_t depth) {
    for (const Field& field : owner_field.fields) {
      const std::string name = prefix + std::string(field.name);
      if (field.kind == Field::Kind::object) {
        describe_fields(field, field.member(item), name + ".", depth);
        continue;
      }
      const std::string text = name + (field.required ? "" : " = " + literal(field, item));
      append_comment(out_, indent(depth) + "//   ", text + ": " + std::string(field.doc) + facts(field));
    }
  }

  std::vector<std::string> item_defaults(const Field& list) const {
    const std::shared_ptr<void> item = list.make_item();
    std::vector<std::string> defaults;
    for (const Field& field : list.fields) defaults.push_back(literal(field, item.get()));
    return defaults;
  }

  /// In a line.
  [[nodiscard]] std::string literal(const Field& field, void* owner) const {
    if (field.kind == Field::Kind::object) {
      std::string members;
      for (const Field& member : field.fields)
        members += (members.empty() ? "" : ", ") + quote_json(member.name) + ": " +
                   literal(member, field.member(owner));
      return "{" + members + "}";
    }
    return field_literal(field, field.get(owner), annotated_ ? NumberStyle::readable : NumberStyle::plain);
  }

  Config config_;
  const bool annotated_;
  std::string out_;
};

void append_origins(const Field& field, void* owner, const std::string& pointer, const LoadedConfig& loaded,
                    std::string& out) {
  for (const Field& member : field.fields) {
    const std::string member_pointer = join_pointer(pointer, member.name);
    if (member.kind == Field::Kind::object) {
      append_origins(member, member.member(owner), member_pointer, loaded, out);
      continue;
    }
    const bool is_list = member.kind == Field::Kind::list;
    const std::string value = is_list ? std::to_string(member.items(owner).size()) + " items"
                                      : field_literal(member, member.get(owner), NumberStyle::plain);
    const ConfigOrigin* origin = loaded.origin_of(member_pointer);
    std::string place = origin == nullptr ? "default" : origin->file;
    if (origin != nullptr && origin->line > 0) {
      place += ":" + std::to_string(origin->line) + ":" + std::to_string(origin->column);
    }
    out += member_pointer + " = " + value + "  # " + place + "\n";
  }
}

}  // namespace

std::string default_config_text() { return Writer(default_config(), true).run(); }

std::string show_config(const Config& config) { return Writer(config, false).run(); }

std::string show_config_origins(const LoadedConfig& loaded) {
  Config config = loaded.config;
  std::string out;
  append_origins(config_fields(), &config, "", loaded, out);
  return out;
}

}  // namespace relay
