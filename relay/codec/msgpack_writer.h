#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// MessagePack values, each in the shortest form it has. Append to `out`, which they otherwise leave alone.

enum class MsgpackContainer : uint8_t { array, map };

/// The head of a container whose `size` items or members come next.
void append_msgpack_head(std::string& out, MsgpackContainer container, size_t size);
void append_msgpack_unsigned(std::string& out, uint64_t number);
void append_msgpack_signed(std::string& out, int64_t number);
/// float64, also of whole numbers.
void append_msgpack_real(std::string& out, double number);
/// `utf8` is not checked.
void append_msgpack_string(std::string& out, std::string_view utf8);
void append_msgpack_binary(std::string& out, std::string_view bytes);

}  // namespace relay
