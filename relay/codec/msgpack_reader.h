#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// Takes MessagePack values from the front of a message, strictly, and writes them as JSON. Borrows the
/// bytes; used once, by one caller.
///
/// Every step answers whether it went well; after one that did not, `problem` says why and nothing more may
/// be taken. A length is judged against the bytes that are there before anything of its size is kept. Nesting
/// and the members of a map are bounded as in check_json.
class MsgpackReader {
 public:
  /// At most `max_attachments` binary values may come in all values together.
  MsgpackReader(std::string_view bytes, size_t max_attachments)
      : rest_(bytes), max_attachments_(max_attachments) {}

  [[nodiscard]] std::string_view problem() const { return problem_; }  ///< a literal
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// The head of a map; its keys and values come next.
  [[nodiscard]] bool take_map(size_t& members);
  /// A view into the message, valid UTF-8.
  [[nodiscard]] bool take_string(std::string_view& text);
  [[nodiscard]] bool take_unsigned(uint64_t& number);
  /// Takes nil, or notepack.io's undefined; false, and no problem, when another value comes.
  bool take_nothing();
  /// Any value, appended to `json`. A binary one becomes `{"_placeholder":true,"num":N}` and its bytes
  /// element N of `attachments`; without that it is refused.
  [[nodiscard]] bool take_value(std::string& json, std::vector<std::string>* attachments);

 private:
  enum class Kind : uint8_t {
    none,
    nil,
    boolean,
    unsigned_number,
    signed_number,
    float32,
    float64,
    string,
    binary,
    array,
    map,
    extension,
    fixed_extension
  };
  /// How a first byte of 0xc0 to 0xdf goes on.
  struct Form {
    Kind kind = Kind::none;
    uint8_t argument_bytes = 0;  ///< of the number or length behind it, the highest first
    uint8_t fixed = 0;           ///< the number or length of what has none
  };
  static const Form kForms[32];

  /// What a value begins with; `number` is its bits, or a length that is there.
  struct Head {
    Kind kind = Kind::none;
    uint64_t number = 0;
  };
  bool take_head(Head& head);
  bool take_long_head(uint8_t first, Head& head);
  bool judge_length(const Head& head);
  std::string_view take_bytes(size_t count);

  bool value(int depth);
  bool number(const Head& head);
  bool string(size_t bytes);
  bool binary(size_t bytes);
  bool array(size_t items, int depth);
  bool map(size_t members, int depth);
  bool key();
  bool extension(const Head& head);
  bool word(std::string_view text);
  bool refuse(std::string_view problem);

  std::string_view rest_;
  const size_t max_attachments_;
  std::string_view problem_;
  std::string* json_ = nullptr;  // within take_value
  std::vector<std::string>* attachments_ = nullptr;
};

}  // namespace relay
