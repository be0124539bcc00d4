#include "bridge/jack_places.hpp"

#if defined(__linux__)

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace antiphon {
namespace {

/// The head of the shared registry, as jack2 lays it out.
struct Registry {
  static constexpr std::uint32_t kProtocol = 0x4a41434b;
  struct Server {
    std::int32_t process;
    char name[260];
  };
  std::uint32_t protocol;
  std::uint32_t type;
  std::uint32_t version;
  std::uint32_t size;
  std::uint32_t headLength;
  std::uint32_t entryLength;
  std::array<Server, 8> servers;
};

bool isDead(std::int32_t process) { return process > 0 && kill(process, 0) != 0 && errno == ESRCH; }

}  // namespace

void giveBackJackPlaces(std::string_view prefix) {
  const int file = shm_open("/jack-shm-registry", O_RDWR, 0);
  if (file < 0) return;
  struct stat about {};
  const bool large = fstat(file, &about) == 0 && static_cast<std::size_t>(about.st_size) >= sizeof(Registry);
  void* memory = large ? mmap(nullptr, sizeof(Registry), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  close(file);
  if (memory == MAP_FAILED) return;
  auto& registry = *static_cast<Registry*>(memory);
  const std::string name = "jack-" + std::to_string(getuid()) + ":" + std::string{prefix};
  if (registry.protocol == Registry::kProtocol && registry.headLength == sizeof(Registry)) {
    for (Registry::Server& server : registry.servers) {
      if (std::strncmp(server.name, name.c_str(), name.size()) == 0 && isDead(server.process)) {
        std::memset(&server, 0, sizeof server);
      }
    }
  }
  munmap(memory, sizeof(Registry));
}

}  // namespace antiphon

#else

namespace antiphon {

void giveBackJackPlaces(std::string_view) {}

}  // namespace antiphon

#endif
