#include "codec/msgpack_writer.h"

#include <bit>

namespace relay {
namespace {

// `first` and the low `bytes` bytes of `number`, the highest first.
void append_form(std::string& out, unsigned first, uint64_t number, unsigned bytes) {
  char form[9];
  form[0] = static_cast<char>(first);
  for (unsigned i = 1; i <= bytes; ++i) form[i] = static_cast<char>(number >> (8 * (bytes - i)));
  out.append(form, bytes + 1);
}

// The forms for 1, 2 and 4 bytes of length have first bytes in a row.
void append_length(std::string& out, unsigned first, size_t length) {
  if (length <= 0xFF) return append_form(out, first, length, 1);
  if (length <= 0xFFFF) return append_form(out, first + 1, length, 2);
  append_form(out, first + 2, length, 4);
}

}  // namespace

void append_msgpack_head(std::string& out, MsgpackContainer container, size_t size) {
  const bool map = container == MsgpackContainer::map;
  if (size < 16)
    out += static_cast<char>((map ? 0x80 : 0x90) | size);
  else if (size <= 0xFFFF)
    append_form(out, map ? 0xDE : 0xDC, size, 2);
  else
    append_form(out, map ? 0xDF : 0xDD, size, 4);
}

void append_msgpack_unsigned(std::string& out, uint64_t number) {
  if (number < 0x80)
    out += static_cast<char>(number);
  else if (number <= 0xFFFFFFFF)
    append_length(out, 0xCC, number);
  else
    append_form(out, 0xCF, number, 8);
}

void append_msgpack_signed(std::string& out, int64_t number) {
  const auto bits = static_cast<uint64_t>(number);
  if (number >= 0)
    append_msgpack_unsigned(out, bits);
  else if (number >= -0x20)
    out += static_cast<char>(number);
  else if (number >= INT8_MIN)
    append_form(out, 0xD0, bits, 1);
  else if (number >= INT16_MIN)
    append_form(out, 0xD1, bits, 2);
  else if (number >= INT32_MIN)
    append_form(out, 0xD2, bits, 4);
  else
    append_form(out, 0xD3, bits, 8);
}

void append_msgpack_real(std::string& out, double number) {
  append_form(out, 0xCB, std::bit_cast<uint64_t>(number), 8);
}

void append_msgpack_string(std::string& out, std::string_view utf8) {
  if (utf8.size() < 0x20)
    out += static_cast<char>(0xA0 | utf8.size());
  else
    append_length(out, 0xD9, utf8.size());
  out += utf8;
}

void append_msgpack_binary(std::string& out, std::string_view bytes) {
  append_length(out, 0xC4, bytes.size());
  out += bytes;
}

}  // namespace relay
