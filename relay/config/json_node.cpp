#include <cstdio>

#include "config/json_source.h"

namespace relay {

const JsonNode* JsonNode::find(std::string_view name) const {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string quote_json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[7];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

namespace {

void append_json(const JsonNode& node, std::string& out) {
  const char* separator = "";
  switch (node.kind) {
    case JsonNode::Kind::null:
      out += "null";
      return;
    case JsonNode::Kind::boolean:
      out += node.truth ? "true" : "false";
      return;
    case JsonNode::Kind::number:
      out += node.text;
      return;
    case JsonNode::Kind::string:
      out += quote_json(node.text);
      return;
    case JsonNode::Kind::array:
      out += '[';
      for (const JsonNode& item : node.items) {
        out += separator;
        append_json(item, out);
        separator = ",";
      }
      out += ']';
      return;
    case JsonNode::Kind::object:
      out += '{';
      for (const JsonMember& member : node.members) {
        out += separator + quote_json(member.name) + ':';
        append_json(member.value, out);
        separator = ",";
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string to_json(const JsonNode& node) {
  std::string out;
  append_json(node, out);
  return out;
}

std::string join_pointer(std::string_view pointer, std::string_view name) {
  std::string out(pointer);
  out += '/';
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view kind_name(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return "a boolean";
    case JsonNode::Kind::number:
      return "a number";
    case JsonNode::Kind::string:
      return "a text";
    case JsonNode::Kind::array:
      return "an array";
    case JsonNode::Kind::object:
      return "an object";
  }
  return "";
}

}  // namespace relay
