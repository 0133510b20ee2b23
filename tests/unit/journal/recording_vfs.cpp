#include "recording_vfs.h"

#include <new>

namespace relay::test {
namespace {

/// SQLite allocates it, and the real file behind it.
struct File {
  sqlite3_file base;
  RecordingVfs* owner;
  std::string* name;
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file).real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

void add(sqlite3_file* file, DiskOperation::Kind kind, uint64_t offset = 0, std::string bytes = {}) {
  of(file).owner->operations.push_back({kind, *of(file).name, offset, std::move(bytes)});
}

int close_file(sqlite3_file* file) {
  const int code = methods(file).xClose(real(file));
  delete of(file).name;
  return code;
}
int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  return methods(file).xRead(real(file), bytes, size, offset);
}
int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  add(file, DiskOperation::Kind::write, static_cast<uint64_t>(offset),
      std::string(static_cast<const char*>(bytes), static_cast<size_t>(size)));
  return methods(file).xWrite(real(file), bytes, size, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  add(file, DiskOperation::Kind::truncate, static_cast<uint64_t>(size));
  return methods(file).xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  const int code = methods(file).xSync(real(file), flags);
  add(file, DiskOperation::Kind::sync);
  return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods(file).xFileSize(real(file), size); }
int lock_file(sqlite3_file* file, int level) { return methods(file).xLock(real(file), level); }
int unlock_file(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
int check_lock(sqlite3_file* file, int* out) { return methods(file).xCheckReservedLock(real(file), out); }
int control(sqlite3_file* file, int what, void* value) {
  return methods(file).xFileControl(real(file), what, value);
}
int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return methods(file).xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file).xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return methods(file).xShmUnmap(real(file), remove); }

const sqlite3_io_methods kMethods = {2,           close_file,  read_file,       write_file,  truncate_file,
                                     sync_file,   file_size,   lock_file,       unlock_file, check_lock,
                                     control,     sector_size, characteristics, shm_map,     shm_lock,
                                     shm_barrier, shm_unmap,   nullptr,         nullptr};

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

RecordingVfs* recorder = nullptr;

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  file->pMethods = nullptr;
  File& made = of(file);
  const int code = below(vfs)->xOpen(below(vfs), path, made.real(), flags, out);
  if (code != SQLITE_OK) return code;
  made.owner = recorder;
  made.name = new std::string(path == nullptr ? "" : std::filesystem::path(path).filename().string());
  file->pMethods = &kMethods;
  return code;
}

}  // namespace

RecordingVfs::RecordingVfs() {
  sqlite3_vfs* const usual = sqlite3_vfs_find(nullptr);
  vfs_ = *usual;
  vfs_.zName = "recording";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + usual->szOsFile;
  vfs_.pAppData = usual;
  vfs_.pNext = nullptr;
  vfs_.xOpen = open_file;
  vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int sync) {
    return below(vfs)->xDelete(below(vfs), path, sync);
  };
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* out) {
    return below(vfs)->xAccess(below(vfs), path, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* out) {
    return below(vfs)->xFullPathname(below(vfs), path, size, out);
  };
  recorder = this;
  sqlite3_vfs_register(&vfs_, 1);
}

RecordingVfs::~RecordingVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(below(&vfs_), 1);
  recorder = nullptr;
}

}  // namespace relay::test
