#if !defined(_WIN32)

#include "bridge/http/spool.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

// A program may have so many files open, and the rest of it needs some as well.
constexpr int kMostOpen = 256;
std::atomic<int> open{0};

int openNameless() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) {
    errno = error.value();
    return -1;
  }
#if defined(O_TMPFILE)
  if (const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); file >= 0) return file;
#endif
  std::string name = (folder / "antiphon-XXXXXX").string();
  const int file = mkstemp(name.data());
  if (file < 0) return -1;
  ::unlink(name.c_str());
  fcntl(file, F_SETFD, FD_CLOEXEC);
  return file;
}

}  // namespace

Spool::Spool(Budget& disk) : share_{disk} {
  if (++open <= kMostOpen) file_ = openNameless();
  else errno = EMFILE;
  if (file_ >= 0) return;
  --open;
  throw HttpError{503, "no temporary file can be made here: " + std::string{std::strerror(errno)}};
}

Spool::~Spool() {
  if (file_ < 0) return;
  ::close(file_);
  --open;
}

Spool::Spool(Spool&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, size_{other.size_}, share_{std::move(other.share_)} {}

void Spool::write(std::string_view bytes) {
  if (!share_.take(bytes.size())) throw HttpError{503, "too much is being sent here at once; try again later"};
  while (!bytes.empty()) {
    const auto count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
      throw HttpError{507, full ? "the disk is full here: the file cannot be taken"
                                : "the file cannot be kept: " + std::string{std::strerror(errno)}};
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
}

std::filesystem::path Spool::path() const {
#if defined(__linux__)
  return "/proc/self/fd/" + std::to_string(file_);
#else
  ::lseek(file_, 0, SEEK_SET);  // elsewhere who opens it shares the place
  return "/dev/fd/" + std::to_string(file_);
#endif
}

}  // namespace antiphon::http

#endif
