// Sending to who has gone is an error that is answered, and no signal that ends the program.
#pragma once

#if !defined(_WIN32)

#include <sys/socket.h>

namespace antiphon {

#if defined(MSG_NOSIGNAL)
inline constexpr int kQuietly = MSG_NOSIGNAL;
inline void keepQuiet(int) {}
#else
inline constexpr int kQuietly = 0;
/// Where it is a matter of the socket.
inline void keepQuiet(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
}
#endif

}  // namespace antiphon

#endif
