#include "journal/block.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "journal/block_format.h"
#include "journal/varint.h"

namespace relay {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they are in memory");

constexpr size_t kHeadBytes = BlockHead::kBytes;
constexpr size_t kMaxText = 64 << 20;

enum Flag : uint8_t { kBackfill = 1, kChosen = 2, kPriorityShift = 2, kTransient = 16 };

constexpr std::array kTexts = {
    &EventFields::id,     &EventFields::source,   &EventFields::type,           &EventFields::subject,
    &EventFields::data,   &EventFields::severity, &EventFields::correlation_id, &EventFields::traceparent,
    &EventFields::origin, &EventFields::room,     &EventFields::extensions};

template <class Number>
void put(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
Number get(std::string_view bytes, size_t at) {
  Number value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail("block_damaged", "journal", "a block " + what + "; its events are lost");
}

void append_event(std::string& out, const Event& event, const EventFields& before, int64_t& time_us) {
  const EventFields& fields = event.fields();
  append_varint(out, to_zigzag(fields.time_us - std::exchange(time_us, fields.time_us)));
  out += static_cast<char>((event.is_backfill() ? kBackfill : 0) | (fields.has_priority ? kChosen : 0) |
                           static_cast<int>(fields.priority) << kPriorityShift);
  for (const auto text : kTexts) {
    const std::string_view value = fields.*text;
    if (value == before.*text) {
      out += '\0';
      continue;
    }
    append_varint(out, value.size() + 1);
    out += value;
  }
}

/// The event at the front of `in`, of which it takes the bytes. `fields` is the one before, and then this
/// one. Of a transient event there are only the flags.
bool take_event(std::string_view& in, EventFields& fields, uint8_t& flags) {
  uint64_t number = 0;
  if (!take_varint(in, number) || in.empty()) return false;
  fields.time_us = static_cast<int64_t>(static_cast<uint64_t>(fields.time_us) +
                                        static_cast<uint64_t>(from_zigzag(number)));
  flags = static_cast<uint8_t>(in.front());
  in.remove_prefix(1);
  if (flags == kTransient) return true;
  fields.has_priority = (flags & kChosen) != 0;
  fields.priority = static_cast<Priority>(flags >> kPriorityShift & 3);
  if (flags >> 4 != 0) return false;
  for (const auto text : kTexts) {
    if (!take_varint(in, number)) return false;
    if (number == 0) continue;
    if (number - 1 > std::min(in.size(), kMaxText)) return false;
    fields.*text = in.substr(0, number - 1);
    in.remove_prefix(number - 1);
  }
  return true;
}

}  // namespace

BlockHead BlockHead::unchecked(std::string_view block) {
  BlockHead head;
  head.first = get<uint64_t>(block, 8);
  head.count = get<uint32_t>(block, 16);
  head.dictionary = get<uint32_t>(block, 20);
  head.oldest_us = get<int64_t>(block, 24);
  head.newest_us = get<int64_t>(block, 32);
  head.plain_bytes = get<uint32_t>(block, 40);
  return head;
}

void BlockEncoder::End::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void BlockEncoder::End::operator()(ZSTD_CDict_s* dictionary) const { ZSTD_freeCDict(dictionary); }
void BlockDecoder::End::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }
void BlockDecoder::End::operator()(ZSTD_DDict_s* dictionary) const { ZSTD_freeDDict(dictionary); }

BlockEncoder::BlockEncoder(int level) : level_(level), context_(ZSTD_createCCtx()) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_dictIDFlag, 0);    // the head names it
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);  // for mend_block
}
BlockEncoder::~BlockEncoder() = default;

void BlockEncoder::use_dictionary(uint32_t id, std::string_view bytes) {
  ZSTD_CCtx_refCDict(context_.get(), nullptr);
  dictionary_.reset(ZSTD_createCDict(bytes.data(), bytes.size(), level_));
  dictionary_id_ = id;
}

std::string BlockEncoder::plain(const Event& event) {
  std::string out;
  int64_t time_us = 0;
  append_event(out, event, {}, time_us);
  return out;
}

std::string BlockEncoder::encode(std::span<const EventRef> events) {
  plain_.clear();
  EventFields before;
  int64_t time_us = 0;
  int64_t oldest_us = INT64_MAX, newest_us = INT64_MIN;
  for (const EventRef& event : events) {
    if (event->is_transient()) {
      append_varint(plain_, 0);
      plain_ += static_cast<char>(kTransient);
      continue;
    }
    append_event(plain_, *event, before, time_us);
    before = event->fields();
    oldest_us = std::min(oldest_us, event->time_us());
    newest_us = std::max(newest_us, event->time_us());
  }
  const bool small = dictionary_id_ != 0 && plain_.size() < kDictionaryBelow;
  ZSTD_CCtx_refCDict(context_.get(), small ? dictionary_.get() : nullptr);
  std::string block(kBlockMagic);
  put(block, uint32_t{0});
  put(block, events.front()->offset());
  put(block, static_cast<uint32_t>(events.size()));
  put(block, small ? dictionary_id_ : 0);
  put(block, oldest_us);
  put(block, newest_us);
  put(block, static_cast<uint32_t>(plain_.size()));
  const size_t bound = ZSTD_compressBound(plain_.size());
  block.resize(kHeadBytes + bound);
  const size_t size =
      ZSTD_compress2(context_.get(), block.data() + kHeadBytes, bound, plain_.data(), plain_.size());
  block.resize(kHeadBytes + size);
  const uint32_t sum = block_checksum(block);
  std::memcpy(block.data() + kBlockMagic.size(), &sum, sizeof sum);
  return block;
}

BlockDecoder::BlockDecoder(Dictionaries dictionaries)
    : dictionaries_(std::move(dictionaries)), context_(ZSTD_createDCtx()) {}
BlockDecoder::~BlockDecoder() = default;

Status BlockDecoder::use_dictionary(uint32_t id) {
  if (id != 0 && id != dictionary_id_) {
    const std::string* const bytes = dictionaries_ ? dictionaries_(id) : nullptr;
    if (bytes == nullptr)
      return fail("dictionary_missing", "journal",
                  "a block needs the dictionary " + std::to_string(id) + "; its events cannot be read");
    ZSTD_DCtx_refDDict(context_.get(), nullptr);
    dictionary_.reset(ZSTD_createDDict(bytes->data(), bytes->size()));
    dictionary_id_ = id;
  }
  ZSTD_DCtx_refDDict(context_.get(), id == 0 ? nullptr : dictionary_.get());
  return {};
}

Result<BlockHead> BlockDecoder::head(std::string_view block) {
  constexpr size_t kVersionAt = kBlockMagic.size() - 1;
  if (block.size() < kHeadBytes || !block.starts_with(kBlockMagic.substr(0, kVersionAt)))
    return damaged("is none");
  if (block[kVersionAt] != kBlockMagic[kVersionAt])
    return fail("block_too_new", "journal",
                "a block has the format " + std::to_string(block[kVersionAt]) +
                    ", which this version does not know; use the one that wrote it, or a later one");
  if (get<uint32_t>(block, kBlockMagic.size()) != block_checksum(block))
    return damaged("has another checksum");
  const BlockHead head = BlockHead::unchecked(block);
  if (head.first == 0 || head.first > UINT64_MAX - head.count || head.count == 0 ||
      head.count > BlockEncoder::kMaxEvents || head.plain_bytes > BlockEncoder::kMaxPlainBytes)
    return damaged("has a head that nobody writes");
  return head;
}

Status BlockDecoder::decode(std::string_view block, std::vector<EventRef>& out) {
  const Result<BlockHead> head = BlockDecoder::head(block);
  if (!head) return tl::unexpected(head.error());
  if (Status ready = use_dictionary(head->dictionary); !ready) return ready;
  plain_.resize(head->plain_bytes);
  const std::string_view packed = block.substr(kHeadBytes);
  if (ZSTD_decompressDCtx(context_.get(), plain_.data(), plain_.size(), packed.data(), packed.size()) !=
      plain_.size())
    return damaged("cannot be decompressed");
  const size_t before = out.size();
  std::string_view rest = plain_;
  EventFields fields;
  for (uint32_t i = 0; i < head->count; ++i) {
    uint8_t flags = 0;
    if (!take_event(rest, fields, flags)) {
      out.resize(before);
      return damaged("ends inside of an event");
    }
    if (flags == kTransient) continue;
    EventRef event = Event::make(fields);
    event->set_offset(head->first + i);
    event->set_backfill((flags & kBackfill) != 0);
    out.push_back(std::move(event));
  }
  if (rest.empty()) return {};
  out.resize(before);
  return damaged("has something behind its events");
}

}  // namespace relay
