#include "cli/plugin/exported_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdint>

namespace relay {
namespace {

// What the loader itself works with: it has checked it.
struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const uint32_t* gnu_hash = nullptr;
};

Tables tables_of(const link_map& object) {
  Tables tables;
  for (const ElfW(Dyn)* entry = object.l_ld; entry->d_tag != DT_NULL; ++entry) {
    const auto* const at =
        reinterpret_cast<const void*>(entry->d_un.d_ptr);  // NOLINT(performance-no-int-to-ptr)
    if (entry->d_tag == DT_SYMTAB) tables.symbols = static_cast<const ElfW(Sym)*>(at);
    if (entry->d_tag == DT_STRTAB) tables.names = static_cast<const char*>(at);
    if (entry->d_tag == DT_GNU_HASH) tables.gnu_hash = static_cast<const uint32_t*>(at);
  }
  return tables;
}

// The GNU hash table knows how many symbols there are: one beyond the end of its last chain.
uint32_t symbol_count(const uint32_t* hash) {
  const uint32_t buckets = hash[0], first = hash[1], bloom_words = hash[2];
  const uint32_t* const bucket = hash + 4 + bloom_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
  const uint32_t* const chain = bucket + buckets;
  uint32_t last = 0;
  for (uint32_t i = 0; i < buckets; ++i) last = bucket[i] > last ? bucket[i] : last;
  if (last < first) return first;
  while ((chain[last - first] & 1u) == 0) ++last;
  return last + 1;
}

}  // namespace

std::vector<std::string> exported_symbols(const void* address) {
  std::vector<std::string> names;
  Dl_info info;
  link_map* object = nullptr;
  if (::dladdr1(address, &info, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) == 0) return names;
  const Tables tables = tables_of(*object);
  if (!tables.symbols || !tables.names || !tables.gnu_hash) return names;
  const uint32_t count = symbol_count(tables.gnu_hash);
  for (uint32_t i = 1; i < count; ++i) {
    const ElfW(Sym)& symbol = tables.symbols[i];
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);  // the same bits in 32-bit objects
    const bool ours = symbol.st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL;
    if (ours && (type == STT_FUNC || type == STT_OBJECT)) names.emplace_back(tables.names + symbol.st_name);
  }
  return names;
}

}  // namespace relay
