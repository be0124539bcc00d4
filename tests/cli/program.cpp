#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace antiphon::testing {
namespace {

using namespace std::chrono_literals;

pid_t start(const std::vector<std::string>& words, int in, int out, int err) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error{"fork failed"};
  if (process == 0) {
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  return process;
}

int codeOf(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int openOut(const std::string& path) { return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); }

}  // namespace

std::string temporary(const std::string& name) {
  static std::atomic<int> count{0};
  return (std::filesystem::temp_directory_path() / (std::to_string(++count) + "-" + name)).string();
}

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

Result runAntiphon(const std::vector<std::string>& words, const std::string& input) {
  const std::string in = temporary("in");
  const std::string out = temporary("out");
  const std::string err = temporary("err");
  std::ofstream{in, std::ios::binary} << input;
  std::vector<std::string> all{ANTIPHON_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  const int inFile = open(in.c_str(), O_RDONLY | O_CLOEXEC);
  const int outFile = openOut(out);
  const int errFile = openOut(err);
  const pid_t process = start(all, inFile, outFile, errFile);
  for (const int file : {inFile, outFile, errFile}) close(file);
  int status = 0;
  waitpid(process, &status, 0);
  return {codeOf(status), contents(out), contents(err)};
}

Running::Running(std::vector<std::string> words) : file_{temporary("output")} {
  int pipe[2];
  if (::pipe(pipe) != 0) throw std::runtime_error{"pipe failed"};
  for (const int end : pipe) fcntl(end, F_SETFD, FD_CLOEXEC);
  const int out = openOut(file_);
  process_ = start(words, pipe[0], out, out);
  close(pipe[0]);
  close(out);
  input_ = pipe[1];
}

Running::~Running() {
  if (process_ > 0) {
    signal(SIGTERM);
    if (wait(5) == -1) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }
  close(input_);
}

void Running::type(const std::string& text) {
  if (write(input_, text.data(), text.size()) < 0) throw std::runtime_error{"the program reads no more"};
}

void Running::signal(int number) {
  if (process_ > 0) kill(process_, number);
}

int Running::wait(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  int status = 0;
  while (process_ > 0 && waitpid(process_, &status, WNOHANG) != process_) {
    if (std::chrono::steady_clock::now() > until) return -1;
    std::this_thread::sleep_for(10ms);
  }
  process_ = -1;
  return codeOf(status);
}

std::string Running::output() const { return contents(file_); }

bool Running::says(const std::string& text, double seconds) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  while (output().find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

}  // namespace antiphon::testing
