#include "config/reader.h"

#include <utility>

#include "base/nearest.h"
#include "config/field_table.h"
#include "config/field_value.h"

namespace relay {

namespace {

constexpr size_t kMaxProblems = 100;

struct Place {
  int line = 0;
  int column = 0;
  bool overridden = false;
};

class Reader {
 public:
  Reader(const std::string& file, LoadedConfig& loaded, ConfigProblems& problems)
      : file_(file), loaded_(loaded), problems_(problems) {}

  void read_object(const Field& field, const JsonNode& node, void* owner, const std::string& pointer) {
    if (node.kind != JsonNode::Kind::object) return wrong_container(node, pointer, "an object");
    const std::string_view type = type_of(field, node);
    for (const JsonMember& member : node.members) {
      const std::string member_pointer = join_pointer(pointer, member.name);
      const Field* known = field.find(member.name);
      if (known == nullptr) {
        unknown_key(field, member, member_pointer);
      } else if (!type.empty() && !known->applies_to(type)) {
        add(member.value, member_pointer, "not_applicable",
            "\"" + member.name + "\" does not apply to type \"" + std::string(type) + "\"; remove it");
      } else {
        read_value(*known, member.value, owner, member_pointer);
      }
    }
    check_required(field, node, type, pointer);
  }

 private:
  void read_value(const Field& field, const JsonNode& node, void* owner, const std::string& pointer) {
    if (field.kind == Field::Kind::object) return read_object(field, node, field.member(owner), pointer);
    if (field.kind == Field::Kind::list) return read_list(field, node, owner, pointer);
    if (field.kind == Field::Kind::texts) return read_texts(field, node, owner, pointer);
    const Result<FieldValue> value = read_field_value(field, node);
    if (!value) return add(node, pointer, value.error().code, value.error().message);
    field.set(owner, *value);
    note_origin(node, pointer);
  }

  void read_list(const Field& field, const JsonNode& node, void* owner, const std::string& pointer) {
    if (node.kind != JsonNode::Kind::array) return wrong_container(node, pointer, "an array of objects");
    note_origin(node, pointer);
    field.clear(owner);
    for (size_t i = 0; i < node.items.size(); ++i) {
      read_object(field, node.items[i], field.append(owner), pointer + "/" + std::to_string(i));
    }
  }

  void read_texts(const Field& field, const JsonNode& node, void* owner, const std::string& pointer) {
    std::vector<std::string> texts;
    if (node.kind == JsonNode::Kind::string) {
      read_text(field, node, pointer, texts);
    } else if (node.kind != JsonNode::Kind::array) {
      return wrong_container(node, pointer, "an array of texts");
    }
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string item = pointer + "/" + std::to_string(i);
      if (read_text(field, node.items[i], item, texts)) note_origin(node.items[i], item);
    }
    if (field.required && !field.may_be_empty && node.kind == JsonNode::Kind::array && node.items.empty()) {
      add(node, pointer, "empty_value", "this array must not be empty; write at least one text");
    }
    field.set(owner, texts);
    note_origin(node, pointer);
  }

  bool read_text(const Field& field, const JsonNode& node, const std::string& pointer,
                 std::vector<std::string>& texts) {
    Result<std::string> text = read_field_text(field, node);
    if (!text) {
      add(node, pointer, text.error().code, text.error().message);
      return false;
    }
    texts.push_back(std::move(*text));
    return true;
  }

  /// The value of "type" that decides which keys apply; "" when there is no such key or it is wrong itself.
  static std::string_view type_of(const Field& field, const JsonNode& node) {
    const Field* type_field = field.find("type");
    const JsonNode* type_node = type_field == nullptr ? nullptr : node.find("type");
    if (type_node == nullptr) return "";
    for (const std::string_view choice : type_field->choices) {
      if (type_node->kind == JsonNode::Kind::string && type_node->text == choice) return choice;
    }
    return "";
  }

  void check_required(const Field& field, const JsonNode& node, std::string_view type,
                      const std::string& pointer) {
    for (const Field& member : field.fields) {
      const bool applies = member.only_for.empty() || (!type.empty() && member.applies_to(type));
      if (!member.required || !applies || node.find(member.name) != nullptr) continue;
      add(node, pointer, "missing_key", "\"" + std::string(member.name) + "\" is missing; add it");
    }
  }

  void unknown_key(const Field& field, const JsonMember& member, const std::string& pointer) {
    std::vector<std::string_view> names;
    std::string known;
    for (const Field& candidate : field.fields) {
      names.push_back(candidate.name);
      known += (known.empty() ? "" : ", ") + std::string(candidate.name);
    }
    const std::string_view near = nearest(member.name, names);
    add({member.line, member.column, member.value.overridden}, pointer, "unknown_key",
        "unknown key " + quote_json(member.name) +
            (near.empty() ? "; known here: " + known : "; did you mean \"" + std::string(near) + "\"?"));
  }

  void wrong_container(const JsonNode& node, const std::string& pointer, const std::string& wanted) {
    add(node, pointer, "wrong_type", wanted + " is needed here, not " + std::string(kind_name(node.kind)));
  }

  void note_origin(const JsonNode& node, const std::string& pointer) {
    loaded_.origins.push_back(node.overridden ? ConfigOrigin{pointer, "--set", 0, 0}
                                              : ConfigOrigin{pointer, file_, node.line, node.column});
  }

  void add(const JsonNode& node, const std::string& pointer, std::string code, std::string message) {
    add({node.line, node.column, node.overridden}, pointer, std::move(code), std::move(message));
  }

  void add(Place place, const std::string& pointer, std::string code, std::string message) {
    if (problems_.size() > kMaxProblems) return;
    if (problems_.size() == kMaxProblems) {
      code = "more_problems";
      message = "there are more problems; mend those above first";
    }
    if (place.overridden) place.line = place.column = 0;
    problems_.push_back({place.overridden ? "--set" : file_, place.line, place.column, pointer,
                         std::move(code), std::move(message)});
  }

  const std::string& file_;
  LoadedConfig& loaded_;
  ConfigProblems& problems_;
};

}  // namespace

void read_config(const JsonNode& root, const std::string& file, LoadedConfig& loaded,
                 ConfigProblems& problems) {
  const Field fields = config_fields();
  Reader(file, loaded, problems).read_object(fields, root, &loaded.config, "");
}

}  // namespace relay
