#include "codec/emission.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <seneca/json.hpp>
#include <utility>

#include "codec/base64.h"
#include "codec/socket_io.h"
#include "codec/socket_io_placeholder.h"
#include "event/envelope.h"
#include "event/json_check.h"

namespace relay {
namespace {

using seneca::JsonView;
using Kind = Emission::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 4> kTypes = {{
    {emission_type::kEmit, Kind::emit},
    {emission_type::kJoin, Kind::join},
    {emission_type::kLeave, Kind::leave},
    {emission_type::kDisconnect, Kind::disconnect},
}};

std::optional<Kind> kind_of(std::string_view type) {
  for (const auto& [name, kind] : kTypes)
    if (name == type) return kind;
  return std::nullopt;
}

Status bad_field(std::string_view member, std::string_view what) {
  return fail("bad_field", std::string(member), "must be " + std::string(what));
}

/// Reads one object, member by member, whatever their order.
class EmissionReader {
 public:
  explicit EmissionReader(Kind kind) { emission_.kind = kind; }

  Result<Emission> read(const JsonView& object) {
    for (const seneca::JsonMember& member : object.members())
      if (Status taken = take(member); !taken) return tl::unexpected<Error>(taken.error());
    if (Status whole = check_whole(); !whole) return tl::unexpected<Error>(whole.error());
    return std::move(emission_);
  }

 private:
  struct Member {
    std::string_view name;
    std::optional<Kind> only;  // of emissions of this kind; nothing: of all
    Status (EmissionReader::*read)(const JsonView& value);
  };

  Status take(const seneca::JsonMember& member) {
    static constexpr std::array<Member, 10> kMembers = {{
        {"namespace", {}, &EmissionReader::namespace_},
        {"rooms", {}, &EmissionReader::rooms},
        {"except", {}, &EmissionReader::except},
        {"event", Kind::emit, &EmissionReader::event},
        {"args", Kind::emit, &EmissionReader::args},
        {"volatile", Kind::emit, &EmissionReader::volatile_},
        {"attachments", Kind::emit, &EmissionReader::attachments},
        {"join", Kind::join, &EmissionReader::join},
        {"leave", Kind::leave, &EmissionReader::leave},
        {"close", Kind::disconnect, &EmissionReader::close},
    }};
    for (size_t i = 0; i < kMembers.size(); ++i) {
      const Member& known = kMembers[i];
      if (!member.is(known.name) || known.only.value_or(emission_.kind) != emission_.kind) continue;
      if (seen_.test(i)) return fail("duplicate_key", std::string(known.name), "appears twice; keep one");
      seen_.set(i);
      return (this->*known.read)(member.value);
    }
    return fail("unknown_member", member.key(), "is no member of this; mind the spelling");
  }

  Status namespace_(const JsonView& value) {
    if (!value.is_string()) return bad_field("namespace", "a text");
    emission_.namespace_ = value.string();
    const std::string& name = emission_.namespace_;
    // A comma ends the namespace on the wire, and clients send anything after ? as a query.
    if (!name.starts_with('/') || name.size() > kMaxNamespaceBytes ||
        name.find_first_of(",?") != std::string::npos)
      return fail("bad_namespace", "namespace",
                  "must begin with /, have at most 256 bytes and neither comma nor ?");
    return {};
  }

  Status rooms(const JsonView& value) { return room_list("rooms", value, emission_.rooms); }
  Status except(const JsonView& value) { return room_list("except", value, emission_.except); }
  Status join(const JsonView& value) { return room_list("join", value, emission_.other_rooms); }
  Status leave(const JsonView& value) { return room_list("leave", value, emission_.other_rooms); }

  static Status room_list(std::string_view member, const JsonView& value, std::vector<std::string>& rooms) {
    if (!value.is_array()) return bad_field(member, "an array of rooms");
    for (const JsonView& item : value.items()) {
      if (!item.is_string()) return bad_field(member, "an array of rooms, each a text");
      if (rooms.size() == kMaxEmissionRooms)
        return fail("too_many_rooms", std::string(member), "has at most 64 rooms; send several");
      rooms.push_back(item.string());
      if (!is_valid_room(rooms.back()))
        return fail("bad_room", std::string(member),
                    "a room has 1 to 200 bytes without control characters, * or >");
    }
    return {};
  }

  Status event(const JsonView& value) {
    if (!value.is_string()) return bad_field("event", "a text");
    emission_.event = value.string();
    if (emission_.event.empty()) return fail("bad_event", "event", "must not be empty");
    if (is_reserved_event_name(emission_.event))
      return fail("bad_event", "event",
                  emission_.event + " is a name that Socket.IO keeps for itself; use another");
    return {};
  }

  Status args(const JsonView& value) {
    if (!value.is_array()) return bad_field("args", "an array of the event's arguments");
    constexpr std::string_view kSpace = " \t\r\n";
    std::string_view inside = value.raw().substr(1, value.raw().size() - 2);
    inside = inside.substr(0, inside.find_last_not_of(kSpace) + 1);
    emission_.args = inside.substr(std::min(inside.find_first_not_of(kSpace), inside.size()));
    return {};
  }

  Status volatile_(const JsonView& value) { return flag("volatile", value, emission_.volatile_); }
  Status close(const JsonView& value) { return flag("close", value, emission_.close); }

  static Status flag(std::string_view member, const JsonView& value, bool& flag) {
    if (!value.is_boolean()) return bad_field(member, "true or false");
    flag = value.boolean();
    return {};
  }

  Status attachments(const JsonView& value) {
    if (!value.is_array()) return bad_field("attachments", "an array of base64 texts");
    for (const JsonView& item : value.items()) {
      if (emission_.attachments.size() == kMaxAttachments)
        return fail("bad_attachment", "attachments", "at most 10 are possible");
      std::optional<std::string> bytes;
      if (item.is_string()) bytes = decode_base64(item.string());
      if (!bytes)
        return fail("bad_attachment", "attachments", "must be base64 with padding, as RFC 4648 has it");
      emission_.attachments.push_back(std::move(*bytes));
    }
    return {};
  }

  [[nodiscard]] Status check_whole() const {
    const auto missing = [](std::string_view member) {
      return fail("missing_field", std::string(member), "is required and must not be empty");
    };
    if (emission_.kind == Kind::emit && emission_.event.empty()) return missing("event");
    if (emission_.kind == Kind::join && emission_.other_rooms.empty()) return missing("join");
    if (emission_.kind == Kind::leave && emission_.other_rooms.empty()) return missing("leave");
    const auto attachments = static_cast<uint32_t>(emission_.attachments.size());
    if (!placeholders_in_range(emission_.args, attachments))
      return fail("bad_attachment", "args", "a placeholder has a num that is no index into attachments");
    return {};
  }

  Emission emission_;
  std::bitset<16> seen_;
};

}  // namespace

bool is_emission(std::string_view type) { return kind_of(type).has_value(); }

Result<Emission> parse_emission(std::string_view type, std::string_view data) {
  const std::optional<Kind> kind = kind_of(type);
  if (!kind) return fail("unknown_type", std::string(type), "is no emission");
  size_t error_at = 0;
  if (const JsonFault fault = check_json(data, {}, JsonTolerance::strict, &error_at);
      fault != JsonFault::none)
    return fail("bad_json", "byte " + std::to_string(error_at), std::string(to_string(fault)));
  const JsonView object(data);
  if (!object.is_object()) return fail("not_object", "data", "must be a JSON object");
  return EmissionReader(*kind).read(object);
}

}  // namespace relay
