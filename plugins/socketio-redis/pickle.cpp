#include "socketio-redis/pickle.h"

#include <algorithm>
#include <array>
#include <utility>

namespace socketio_redis {
namespace {

using detail::PickleValue;
using Kind = PickleValue::Kind;

constexpr size_t kMaxValues = 1 << 18;
constexpr uint32_t kUnset = UINT32_MAX;

/// The opcodes this reader knows, by the names of Python's pickletools.
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kNone = 'N',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kBinFloat = 'G',
  kBinUnicode = 'X',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kEmptyList = ']',
  kEmptyTuple = ')',
  kEmptyDict = '}',
  kTuple = 't',
  kAppend = 'a',
  kAppends = 'e',
  kSetItem = 's',
  kSetItems = 'u',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8A,
  kLong4 = 0x8B,
  kShortBinUnicode = 0x8C,
  kBinUnicode8 = 0x8D,
  kBinBytes8 = 0x8E,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96
};

struct OpcodeName {
  uint8_t opcode;
  const char* name;
};
constexpr OpcodeName kRefused[] = {{'c', "GLOBAL"},        {'R', "REDUCE"},       {'b', "BUILD"},
                                   {'i', "INST"},          {'o', "OBJ"},          {'P', "PERSID"},
                                   {'Q', "BINPERSID"},     {0x81, "NEWOBJ"},      {0x82, "EXT1"},
                                   {0x83, "EXT2"},         {0x84, "EXT4"},        {0x8F, "EMPTY_SET"},
                                   {0x90, "ADDITEMS"},     {0x91, "FROZENSET"},   {0x92, "NEWOBJ_EX"},
                                   {0x93, "STACK_GLOBAL"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}};

std::string name_of(uint8_t opcode) {
  for (const OpcodeName& entry : kRefused)
    if (entry.opcode == opcode) return entry.name;
  constexpr std::string_view kDigits = "0123456789abcdef";
  return std::string("0x") + kDigits[opcode >> 4] + kDigits[opcode & 15];
}

/// Python's stack machine, less everything that makes objects. Used once.
class Unpickler {
 public:
  explicit Unpickler(std::string_view bytes) : rest_(bytes) {}

  relay::Result<Unpickled> run(size_t max_attachments) {
    if (rest_.size() > detail::kMaxPickleBytes)
      refuse("it has more than 16 MiB");
    else if (rest_.empty() || static_cast<uint8_t>(rest_.front()) != kProto)
      refuse("it does not begin with its protocol");
    while (problem_.empty() && !stopped_) step();
    if (problem_.empty() && (!rest_.empty() || stack_.size() != 1 || !marks_.empty()))
      refuse("it does not end with one value");
    if (!problem_.empty()) return relay::fail("bad_pickle", "pickle", problem_);
    return detail::write_unpickled(values_, stack_.back(), max_attachments);
  }

 private:
  void refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::string_view take(uint64_t count) {
    if (count > rest_.size()) {
      refuse("it ends inside a value");
      count = 0;
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // The next bytes as a number, the lowest first.
  uint64_t number(size_t bytes) {
    uint64_t number = 0;
    const std::string_view taken = take(bytes);
    for (size_t i = taken.size(); i > 0; --i) number = number << 8 | static_cast<uint8_t>(taken[i - 1]);
    return number;
  }
  std::string_view counted(size_t length_bytes) { return take(number(length_bytes)); }

  void push(PickleValue value) {
    if (values_.size() >= kMaxValues) return refuse("it has more than 262144 values");
    stack_.push_back(static_cast<uint32_t>(values_.size()));
    values_.push_back(std::move(value));
  }
  void push(Kind kind, uint64_t bits = 0) { push({kind, bits, {}, {}}); }
  void push(Kind kind, std::string_view text) { push({kind, 0, text, {}}); }

  // What belongs to the innermost container: nothing below the last mark.
  [[nodiscard]] size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  // Takes `count` values from the top of the stack.
  std::vector<uint32_t> pop(size_t count) {
    if (stack_.size() - floor() < count) {
      refuse("it takes a value that is not there");
      return {};
    }
    const auto begin = stack_.end() - static_cast<ptrdiff_t>(count);
    std::vector<uint32_t> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return items;
  }
  std::vector<uint32_t> pop_to_mark() {
    if (marks_.empty()) {
      refuse("a mark is missing");
      return {};
    }
    std::vector<uint32_t> items = pop(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  void push_tuple(std::vector<uint32_t> items) {
    if (problem_.empty()) push({Kind::tuple, 0, {}, std::move(items)});
  }
  void add(Kind kind, const std::vector<uint32_t>& items) {
    if (!problem_.empty()) return;
    if (stack_.size() <= floor() || values_[stack_.back()].kind != kind)
      return refuse("it adds to what is no list or dict");
    if (kind == Kind::dict && items.size() % 2 != 0) return refuse("a key has no value");
    std::vector<uint32_t>& into = values_[stack_.back()].items;
    into.insert(into.end(), items.begin(), items.end());
  }

  void integer(uint64_t bytes) {
    const std::string_view digits = take(bytes);
    const bool negative = !digits.empty() && static_cast<uint8_t>(digits.back()) >= 0x80;
    uint64_t bits = negative ? UINT64_MAX : 0;
    for (size_t i = digits.size(); i > 0; --i) bits = bits << 8 | static_cast<uint8_t>(digits[i - 1]);
    if (digits.size() <= 8) return push(Kind::integer, bits);
    if (digits.size() == 9 && digits.back() == '\0') return push(Kind::large_integer, bits);
    refuse("an int has more than 64 bits; send it as text");
  }
  void real() {
    uint64_t bits = 0;
    for (const char byte : take(8)) bits = bits << 8 | static_cast<uint8_t>(byte);
    push(Kind::real, bits);
  }

  void put(uint64_t index) {
    if (stack_.size() <= floor()) return refuse("it remembers a value that is not there");
    if (index >= kMaxValues) return refuse("it remembers more than 262144 values");
    if (index >= memo_.size()) memo_.resize(index + 1, kUnset);
    memo_[index] = stack_.back();
  }
  void get(uint64_t index) {
    if (index >= memo_.size() || memo_[index] == kUnset)
      return refuse("it wants a value that it never remembered");
    stack_.push_back(memo_[index]);
  }

  void protocol() {
    const uint64_t version = number(1);
    if (version < 2 || version > 5) refuse("its protocol is none of 2 to 5");
  }
  void frame() {
    if (number(8) > rest_.size()) refuse("it ends inside a frame");
  }

  void step() {
    const auto opcode = static_cast<uint8_t>(number(1));
    if (problem_.empty() && !scalar(opcode) && !structure(opcode))
      refuse("it has the opcode " + name_of(opcode) +
             "; only None, bool, int, float, str, bytes, list, tuple and dict are read");
  }

  // Each answers whether the opcode is its own.
  bool scalar(uint8_t opcode) {
    switch (opcode) {
      case kNone:
        return push(Kind::none), true;
      case kNewTrue:
        return push(Kind::boolean, 1), true;
      case kNewFalse:
        return push(Kind::boolean, 0), true;
      case kBinInt:
        return integer(4), true;
      case kBinInt1:
        return push(Kind::integer, number(1)), true;
      case kBinInt2:
        return push(Kind::integer, number(2)), true;
      case kLong1:
        return integer(number(1)), true;
      case kLong4:
        return integer(number(4)), true;
      case kBinFloat:
        return real(), true;
      case kShortBinUnicode:
        return push(Kind::text, counted(1)), true;
      case kBinUnicode:
        return push(Kind::text, counted(4)), true;
      case kBinUnicode8:
        return push(Kind::text, counted(8)), true;
      case kShortBinBytes:
        return push(Kind::bytes, counted(1)), true;
      case kBinBytes:
        return push(Kind::bytes, counted(4)), true;
      case kBinBytes8:
      case kByteArray8:
        return push(Kind::bytes, counted(8)), true;
      default:
        return false;
    }
  }
  bool structure(uint8_t opcode) {
    switch (opcode) {
      case kProto:
        return protocol(), true;
      case kFrame:
        return frame(), true;
      case kStop:
        return stopped_ = true;
      case kMark:
        return marks_.push_back(stack_.size()), true;
      case kEmptyList:
        return push(Kind::list), true;
      case kEmptyDict:
        return push(Kind::dict), true;
      case kEmptyTuple:
        return push(Kind::tuple), true;
      case kTuple:
        return push_tuple(pop_to_mark()), true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        return push_tuple(pop(static_cast<size_t>(opcode - kTuple1) + 1)), true;
      case kAppend:
        return add(Kind::list, pop(1)), true;
      case kAppends:
        return add(Kind::list, pop_to_mark()), true;
      case kSetItem:
        return add(Kind::dict, pop(2)), true;
      case kSetItems:
        return add(Kind::dict, pop_to_mark()), true;
      case kBinPut:
        return put(number(1)), true;
      case kLongBinPut:
        return put(number(4)), true;
      case kMemoize:
        return put(memo_.size()), true;
      case kBinGet:
        return get(number(1)), true;
      case kLongBinGet:
        return get(number(4)), true;
      default:
        return false;
    }
  }

  std::string_view rest_;
  std::vector<PickleValue> values_;
  std::vector<uint32_t> stack_, memo_;
  std::vector<size_t> marks_;
  std::string problem_;
  bool stopped_ = false;
};

}  // namespace

relay::Result<Unpickled> read_pickle(std::string_view bytes, size_t max_attachments) {
  return Unpickler(bytes).run(max_attachments);
}

}  // namespace socketio_redis
