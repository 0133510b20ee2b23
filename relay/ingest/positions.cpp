#include "ingest/positions.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace relay {
namespace {

using nlohmann::json;

constexpr std::string_view kFile = "file:";
constexpr std::string_view kDatabase = "db";

// A path or a key may be no UTF-8: an exception must not end the source.
std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string file_key(std::string_view source, const FileIdentity& identity) {
  return std::string(source) + "/" + std::string(kFile) + std::to_string(identity.device) + ":" +
         std::to_string(identity.inode);
}

bool read(const json& object, const char* name, uint64_t& out) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return false;
  out = found->get<uint64_t>();
  return true;
}

bool read(const json& object, const char* name, std::string& out) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

// Of what follows "file:".
bool read_identity(std::string_view text, FileIdentity& out) {
  const char* end = text.data() + text.size();
  const auto [colon, device_fault] = std::from_chars(text.data(), end, out.device);
  if (device_fault != std::errc() || colon == end || *colon != ':') return false;
  const auto [rest, inode_fault] = std::from_chars(colon + 1, end, out.inode);
  return inode_fault == std::errc() && rest == end;
}

bool read_file(const json& object, FilePosition& out) {
  uint64_t length = 0;
  std::string kind;
  if (!read(object, "offset", out.offset) || !read(object, "length", length) ||
      !read(object, "hash", out.fingerprint.hash) || !read(object, "kind", kind) ||
      !read(object, "path", out.path) || length > LineReader::Fingerprint::kMost || !kind_named(kind))
    return false;
  out.fingerprint.length = static_cast<uint32_t>(length);
  out.kind = *kind_named(kind);
  return true;
}

bool read_database(const json& object, DatabasePosition& out) {
  uint64_t device = 0, inode = 0, rowid = 0;
  const auto keys = object.find("keys");
  if (!read(object, "device", device) || !read(object, "inode", inode) || !read(object, "rowid", rowid) ||
      keys == object.end() || !keys->is_array())
    return false;
  out.identity = {device, inode};
  out.rowid = static_cast<int64_t>(rowid);
  for (const json& key : *keys) {
    if (!key.is_string()) return false;
    out.keys.push_back(key.get<std::string>());
  }
  return true;
}

// `name` is the key without the source.
bool read_position(std::string_view name, const std::string& text, StoredPositions& out) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return false;
  if (name == kDatabase) {
    DatabasePosition database;
    if (!read_database(object, database)) return false;
    out.database = std::move(database);
    return true;
  }
  FilePosition file;
  if (!name.starts_with(kFile) || !read_identity(name.substr(kFile.size()), file.identity) ||
      !read_file(object, file))
    return false;
  out.files[file.identity] = std::move(file);
  return true;
}

}  // namespace

SourcePosition source_position(std::string_view source, const FilePosition& position) {
  return {file_key(source, position.identity), text_of({{"offset", position.offset},
                                                        {"length", position.fingerprint.length},
                                                        {"hash", position.fingerprint.hash},
                                                        {"kind", to_string(position.kind)},
                                                        {"path", position.path}})};
}

SourcePosition source_position(std::string_view source, const DatabasePosition& position) {
  return {std::string(source) + "/" + std::string(kDatabase),
          text_of({{"device", position.identity.device},
                   {"inode", position.identity.inode},
                   {"rowid", static_cast<uint64_t>(position.rowid)},
                   {"keys", position.keys}})};
}

SourcePosition no_position(std::string_view source, const FileIdentity& identity) {
  return {file_key(source, identity), ""};
}

StoredPositions positions_of(std::string_view source, const std::map<std::string, std::string>& all,
                             Logger& logger) {
  StoredPositions found;
  const std::string prefix = std::string(source) + "/";
  for (auto each = all.lower_bound(prefix); each != all.end() && each->first.starts_with(prefix); ++each) {
    found.any = true;
    if (!read_position(std::string_view(each->first).substr(prefix.size()), each->second, found))
      logger.warn("ingest", "position_unreadable: " + each->first +
                                ": the position kept for it cannot be read; what it stood for is read from "
                                "its start, so records may come twice");
  }
  return found;
}

}  // namespace relay
