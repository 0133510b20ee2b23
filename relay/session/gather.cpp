#include "session/gather.h"

namespace relay {

std::span<const std::string_view> Gather::pieces() {
  pieces_.clear();
  copied_.clear();
  copied_.reserve(bytes_);  // pieces point into it
  for (size_t i = 0; i < frames_.size();) {
    const std::string& bytes = frames_[i]->bytes();
    if (bytes.size() >= kLong || frames_.size() == 1) {
      pieces_.emplace_back(bytes);
      ++i;
      continue;
    }
    const size_t begin = copied_.size();
    for (; i < frames_.size() && frames_[i]->bytes().size() < kLong; ++i) copied_ += frames_[i]->bytes();
    pieces_.emplace_back(copied_.data() + begin, copied_.size() - begin);
  }
  return pieces_;
}

}  // namespace relay
