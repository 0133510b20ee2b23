#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace relay {

class Subscriber;

/// The subscribers of a room or filter class, in a row for fast dispatch. Adding and removing is O(1): a
/// large list keeps an index, a small one is looked through. No duplicates; removing changes the order.
class MemberList {
 public:
  /// False when it is already there.
  bool add(Subscriber& subscriber);
  /// False when it was not there.
  bool remove(const Subscriber& subscriber);

  [[nodiscard]] bool contains(const Subscriber& subscriber) const {
    return position(subscriber) < members_.size();
  }
  [[nodiscard]] const std::vector<Subscriber*>& members() const { return members_; }
  [[nodiscard]] size_t size() const { return members_.size(); }
  [[nodiscard]] bool empty() const { return members_.empty(); }

 private:
  static constexpr size_t kIndexFrom = 16;
  using Index = std::unordered_map<const Subscriber*, uint32_t>;

  [[nodiscard]] size_t position(const Subscriber& subscriber) const;

  std::vector<Subscriber*> members_;
  std::unique_ptr<Index> index_;  // null while small
};

}  // namespace relay
