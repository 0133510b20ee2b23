#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "ingest/followed_file.h"
#include "ingest/obstacles.h"
#include "ingest/open_files.h"
#include "ingest/positions.h"

namespace relay {

/// Every log file of a Marcus that holds something, by identity rather than by name: a renamed file is still
/// the same one, two names of one file are read once, and another file under an old name is a new one while
/// the old is read to its end. Empty files are not kept: they count as new once they grow. [source thread]
class FileTable {
 public:
  /// Files found at the start of the relay: `start`. What appears afterwards is news, whatever its age:
  /// `later`.
  enum class Arrival { start, later };
  using News = std::vector<FollowedFile*>;

  /// Files changed less than `backfill_us` before the start are read from their beginning, those in `stored`
  /// from where an earlier run stood. What is to be kept though no record of it is handed out, that a file is
  /// read from its end or is forgotten, is appended to `positions`.
  FileTable(const FollowedFile::Context& context, OpenFiles& open_files, Obstacles& obstacles, Clock& clock,
            int64_t backfill_us, std::map<FileIdentity, FilePosition> stored,
            std::vector<SourcePosition>& positions);

  /// Something happened to `name` in `directory`; appends the file to `news` when there is something to read.
  /// `appeared`: the name is new there, so it may be a known file that was renamed.
  void look(const std::string& directory, const std::string& name, bool appeared, Arrival arrival,
            News& news);
  /// The name is gone. The file is read on as long as it is open: its writer may not have noticed.
  void gone(const std::string& path, News& news);
  void folder_gone(const std::string& directory, News& news);
  /// Looks at every name in `directory`, and forgets those that are no longer there.
  void scan(const std::string& directory, Arrival arrival, News& news);

  /// About once a second: files no event tells about (without a name, symbolic links), files to try again;
  /// closes and forgets what was idle for long.
  void tick(News& news);

  [[nodiscard]] size_t size() const { return files_.size(); }
  /// Bytes known to be there that the merge has not come to yet.
  [[nodiscard]] uint64_t unread_bytes() const;

 private:
  void look_at(const std::string& path, const struct stat& info, Arrival arrival, News& news);
  void detach(const std::string& path, News& news);
  [[nodiscard]] FollowedFile* known(const std::string& path, const FileIdentity& identity);
  [[nodiscard]] bool is_known(const FileIdentity& identity) const;
  FollowedFile* add(const std::string& path, const struct stat& info, Arrival arrival);
  FollowedFile* resume(const std::string& path, const FilePosition& position);
  void begin(FollowedFile& file, const struct stat& info);
  void check_beginning(FollowedFile& file);
  void attach(FollowedFile& file, const std::string& path);
  void forget_names_not_in(const std::string& directory, const std::set<std::string>& names, News& news);
  void forget_detached();
  void forget_missing();

  const FollowedFile::Context& context_;
  OpenFiles& open_files_;
  Obstacles& obstacles_;
  Clock& clock_;
  const int64_t backfill_us_;
  std::map<FileIdentity, FilePosition> stored_;  // of files that did not turn up yet
  std::vector<SourcePosition>& positions_;
  int64_t missing_due_us_;
  std::map<FileIdentity, std::unique_ptr<FollowedFile>> files_;
  std::unordered_map<std::string, FollowedFile*> by_path_;
  std::set<std::string> symbolic_links_;
};

}  // namespace relay
