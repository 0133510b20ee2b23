#pragma once

#include <string_view>

#include "base/result.h"

namespace relay {

/// What makes one text of the configuration valid. Pure functions; the error's subject is left empty, because
/// the reader knows the place.
using TextCheck = Status (*)(std::string_view);

[[nodiscard]] Status check_listen(std::string_view text);         ///< HOST:PORT
[[nodiscard]] Status check_origin(std::string_view text);         ///< "*" or scheme://host[:port]
[[nodiscard]] Status check_address_range(std::string_view text);  ///< an IP address, or a network
[[nodiscard]] Status check_room(std::string_view text);
[[nodiscard]] Status check_pattern(std::string_view text);        ///< type pattern
[[nodiscard]] Status check_filter(std::string_view text);         ///< filter expression, may be empty
[[nodiscard]] Status check_event(std::string_view text);          ///< Socket.IO event name
[[nodiscard]] Status check_namespace(std::string_view text);      ///< Socket.IO namespace
[[nodiscard]] Status check_zone(std::string_view text);           ///< "UTC", "+02:00"
[[nodiscard]] Status check_identifier(std::string_view text);     ///< names shown in stats and event sources
[[nodiscard]] Status check_password_hash(std::string_view text);  ///< bcrypt, may be empty
[[nodiscard]] Status check_cookie_name(std::string_view text);    ///< may be empty
[[nodiscard]] Status check_not_empty(std::string_view text);

}  // namespace relay
