#include "ingest/open_files.h"

#include <algorithm>

namespace relay {

bool OpenFiles::use(FollowedFile& file) {
  file.used_at_us = clock_.monotonic_us();
  if (file.reader().is_open()) {
    if (files_.front() != &file)
      files_.splice(files_.begin(), files_, std::find(files_.begin(), files_.end(), &file));
    return true;
  }
  make_room();
  if (const Status opened = file.open(); !opened) {
    // When the name is gone or leads elsewhere by now, the directory tells where the file went.
    if (opened.error().code != "no_file" && opened.error().code != "replaced")
      obstacles_.note(file.path(), opened.error().to_string());
    return false;
  }
  obstacles_.clear(file.path());
  files_.push_front(&file);
  return true;
}

void OpenFiles::make_room() {
  if (files_.size() < capacity_) return;
  // A file that lost its name cannot be opened again, so it goes last.
  const auto named = std::find_if(files_.rbegin(), files_.rend(),
                                  [](const FollowedFile* file) { return file->detached_at_us == 0; });
  close(named == files_.rend() ? *files_.back() : **named);
}

void OpenFiles::close(FollowedFile& file) {
  if (!file.reader().is_open()) return;
  file.reader().close();
  files_.remove(&file);
}

void OpenFiles::failed(FollowedFile& file, const std::string& why) {
  close(file);
  obstacles_.note(file.path(), why);
}

void OpenFiles::close_idle(int64_t idle_us, int64_t detached_us) {
  const int64_t now_us = clock_.monotonic_us();
  files_.remove_if([&](FollowedFile* file) {
    if (file->merging()) return false;
    const int64_t limit_us = file->detached_at_us != 0 ? detached_us : idle_us;
    if (now_us - file->used_at_us < limit_us) return false;
    file->links = file->reader().links();
    file->reader().close();
    return true;
  });
}

}  // namespace relay
