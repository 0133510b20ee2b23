#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// A file that grows by whole lines, and makes room for a new one when it is large. One thread.
///
/// Only whole lines are ever left in it: what a full disk or a crash cut off is taken away again before the
/// next is written. All functions throw std::system_error.
class EventFile {
 public:
  /// `keep` older files stay, as PATH.1 (the newest) to PATH.N.
  EventFile(std::string path, uint64_t rotate_bytes, unsigned keep);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// Writes `lines`, whole lines, all or nothing.
  void append(std::string_view lines);
  /// To the disk.
  void sync();
  /// Opens it anew if it was moved or removed.
  void follow();

 private:
  void open();
  void close();
  void rotate();
  void cut_off_partial_line();

  const std::string path_;
  const uint64_t rotate_bytes_;
  const unsigned keep_;
  int fd_ = -1;
  uint64_t size_ = 0;
};
