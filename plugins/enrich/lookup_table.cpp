#include "enrich/lookup_table.h"

#include <cstddef>
#include <fstream>
#include <stdexcept>

namespace enrich {
namespace {

constexpr size_t kMaxFile = 16 << 20;

}  // namespace

LookupTable::LookupTable(const seneca::JsonView& object) {
  for (const seneca::JsonMember& member : object.members()) values_.emplace(member.key(), member.value.raw());
}

LookupTable LookupTable::from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  std::string text(kMaxFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFile) throw std::runtime_error(path + " is longer than 16 MiB");
  const seneca::JsonView object(text);
  if (!object.is_object() || seneca::detail::skip_container(object.raw(), 0) != object.raw().size())
    throw std::runtime_error(path + " must hold one JSON object");
  return LookupTable(object);
}

const std::string* LookupTable::find(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

}  // namespace enrich
