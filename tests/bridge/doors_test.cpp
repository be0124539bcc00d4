// The doors themselves, over real sockets on this machine: the same table, the same answers, whatever is thrown at
// them.
#if defined(ANTIPHON_HAVE_LIBLO)

#include <arpa/inet.h>
#include <netinet/in.h>
#include <rapidcheck.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "bridge/answer_line.hpp"
#include "bridge/commands_manual.hpp"
#include "bridge/osc_door.hpp"
#include "bridge/osc_manual.hpp"
#include "bridge/socket_door.hpp"
#include "bridge/whole_table.hpp"
#include "tests/bridge/osc_bytes.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;

/// A socket that reads for five seconds at most.
class Wire {
 public:
  explicit Wire(int socket) : socket_{socket} {
    const timeval limit{5, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool reach(const sockaddr* to, socklen_t size) { return ::connect(socket_, to, size) == 0; }
  void say(std::string_view bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }
  /// Nothing: the other side has gone, or says nothing.
  std::optional<std::string> hear(std::size_t most = 65536) {
    std::string bytes(most, '\0');
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return {};
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  std::string line() {
    std::string text;
    while (true) {
      const auto c = hear(1);
      if (!c || *c == "\n") return text;
      text += *c;
    }
  }

 private:
  int socket_;
};

std::unique_ptr<Wire> toPort(int port, int kind) {
  auto wire = std::make_unique<Wire>(::socket(AF_INET, kind, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(wire->reach(reinterpret_cast<const sockaddr*>(&address), sizeof address));
  return wire;
}

std::unique_ptr<Wire> toPath(const std::string& path) {
  auto wire = std::make_unique<Wire>(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(wire->reach(reinterpret_cast<const sockaddr*>(&address), sizeof address));
  return wire;
}

std::string freshPath() {
  static std::atomic<int> count{0};
  return (std::filesystem::temp_directory_path() / ("doors-" + std::to_string(++count))).string();
}

/// A whole studio that nobody plays, with its doors.
struct House {
  UnplayedStudio studio{};
  Doorway doorway{studio.table(), &studio.ensemble().desk()};
  OscDoor osc{doorway, {.port = 0}, [this](Nanos when) { return studio.ensemble().frameOf(when); }, {.turns = true}};
  std::string path = freshPath();
  SocketDoor socket{doorway, path};
  std::unique_ptr<Wire> packets = toPort(osc.port(), SOCK_DGRAM);

  /// As an OSC program is answered, in the words of the prompt.
  std::string byOsc(const std::string& command, const std::vector<OscValue>& values) {
    packets->say(oscMessage("/antiphon/" + command, values));
    std::string text = "(no answer)";
    readOsc(
        packets->hear().value_or(""),
        [&](OscMessage&& m) {
          text = answerLine({m.address == "/reply", std::get<std::string>(m.values.at(1))}, false);
        },
        [](std::string_view, std::string_view) {});
    return text;
  }
};

/// Words that a parameter may take, or may not.
std::vector<std::string> triesFor(const Command::Parameter& parameter) {
  if (const auto* is = std::get_if<Command::Integer>(&parameter.kind)) return {std::to_string(is->least), "x"};
  if (const auto* is = std::get_if<Command::Real>(&parameter.kind)) return {decimal(is->most), "1e30"};
  if (const auto* is = std::get_if<Command::Choice>(&parameter.kind)) return {is->names.back(), "perhaps"};
  if (std::holds_alternative<Command::Flag>(parameter.kind)) return {"on", "perhaps"};
  return {"bass", "2"};
}

/// Whether it does something outside of the studio, or ends it.
bool isOutward(const std::string& name) { return name == "keep" || name == "model"; }

TEST_CASE("every command is at every door, and answers the same", "[doors]") {
  House prompt, byOsc, bySocket;  // alike, so that each does the same once
  SocketClient program{bySocket.path};
  std::size_t asked = 0;
  const auto ask = [&](const std::string& name, const std::vector<std::string>& words) {
    std::string line = name;
    std::vector<OscValue> values;
    for (const std::string& word : words) {
      line += " " + word;
      values.emplace_back(word);
    }
    const std::string answer = answerLine(prompt.doorway.run(line, Doorway::Door::own), false);
    INFO(line);
    CHECK(bySocket.doorway.asking() == Doorway::Door::other);
    CHECK((program.ask(line) == answer));
    CHECK((byOsc.byOsc(name, values) == answer));
    CHECK((answer.starts_with("ok") || answer.starts_with("error ")));
    ++asked;
  };
  program.ask("help");
  ask("create", {"bass", "osc=saw"});
  ask("sequence", {"bass", "x...x..."});
  for (const Command& command : prompt.studio.table().commands()) {
    if (isOutward(command.name)) continue;
    ask(command.name, {});
    ask(command.name, std::vector<std::string>(300, "many"));
    ask(command.name, {"no-such=1"});
    for (std::size_t right : {0u, 1u}) {
      std::vector<std::string> words;
      for (const Command::Parameter& parameter : command.parameters) words.push_back(triesFor(parameter)[right]);
      ask(command.name, words);
    }
  }
  ask("no-such-command", {});
  CHECK(asked > 5 * 40);
}

TEST_CASE("docs/osc.md says what there is", "[doors]") {
  std::ifstream in{ANTIPHON_DOCS "/osc.md"};
  REQUIRE(in);
  std::ostringstream page;
  page << in.rdbuf();
  UnplayedStudio studio;
  INFO("antiphon commands --osc-page >docs/osc.md makes it anew");
  CHECK((page.str() == oscPage(studio.table())));
  for (const Command& command : studio.table().commands()) {
    CHECK_THAT(page.str(), Contains("`/antiphon/" + command.name + "`"));
    CHECK(studio.table().run("help " + command.name).ok);
  }
}

TEST_CASE("docs/commands.md says what there is", "[doors]") {
  std::ifstream in{ANTIPHON_DOCS "/commands.md"};
  REQUIRE(in);
  std::ostringstream page;
  page << in.rdbuf();
  UnplayedStudio studio;
  INFO("antiphon commands --markdown >docs/commands.md makes it anew");
  CHECK((page.str() == commandsPage(studio.table())));
  for (const Command& command : studio.table().commands()) {
    CHECK_THAT(page.str(),
               Contains("| `" + command.name) || Catch::Matchers::Equals(command.name == "help" ? page.str() : ""));
    CHECK(studio.table().run("help " + command.name).ok);
  }
}

TEST_CASE("OSC comes by TCP as well, and a stream that makes no sense is ended", "[doors]") {
  House house;
  auto wire = toPort(house.osc.port(), SOCK_STREAM);
  const std::string packet = oscMessage("/antiphon/panic");
  const std::string framed = big32(static_cast<std::uint32_t>(packet.size())) + packet;
  for (const char byte : framed + framed) wire->say({&byte, 1});  // however it is cut
  std::string answers;
  while (answers.size() < 2 * 52) answers += wire->hear().value_or(std::string(1000, '?'));
  CHECK_THAT(answers, Contains("every note is off"));
  wire->say("GET / HTTP/1.1\r\n\r\n");
  while (wire->hear()) {}
  CHECK(house.byOsc("panic", {}) == "ok every note is off");
  CHECK(house.osc.counts().malformed == 1);
}

TEST_CASE("a program that has gone is forgotten, and makes room for another", "[doors]") {
  House house;
  const std::string wish = oscMessage("/antiphon/subscribe", {std::string{"turn"}});
  for (std::size_t i = 0; i < OscReports::kMostSubscribers; ++i) {
    auto program = toPort(house.osc.port(), SOCK_DGRAM);
    program->say(wish);
    CHECK_THAT(program->hear().value_or(""), Contains("/reply"));
  }
  CHECK_THAT(house.byOsc("subscribe", {std::string{"turn"}}), Contains("16 programs"));
  house.osc.turn("[turn 1]");  // which nobody hears
  bool in = false;
  // The system says that nobody hears when it gets to it.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!in && std::chrono::steady_clock::now() < patience)
    in = house.byOsc("subscribe", {std::string{"turn"}}) == "ok turn";
  REQUIRE(in);
  house.osc.turn("[turn 2]");
  CHECK_THAT(house.packets->hear().value_or(""), Contains("/turn") && Contains("[turn 2]"));
}

TEST_CASE("a flood of packets and of nonsense is counted, and the door stays open", "[doors]") {
  House house;
  const std::string good = oscMessage("/studio/out/level", {-3.0f}), bad = "nonsense";
  for (int i = 0; i < 20'000; ++i) house.packets->say(i % 3 == 0 ? bad : good);
  auto other = toPort(house.osc.port(), SOCK_STREAM);
  const std::string packet = oscMessage("/antiphon/status");
  other->say(big32(static_cast<std::uint32_t>(packet.size())) + packet);
  CHECK(other->hear());
  const OscCounts counts = house.osc.counts();
  CHECK(counts.messages > 0);
  CHECK(counts.malformed > 0);
  CHECK(counts.messages + counts.malformed <= 20'001);
}

TEST_CASE("two cannot hear on one port, and what is no address is refused", "[doors]") {
  House house;
  const OscPlace same{.port = house.osc.port()};
  CHECK_THROWS_WITH((OscDoor{house.doorway, same, {}, {}}), Contains("takes another port"));
  const OscPlace wrong{.port = 0, .bind = "here"};
  CHECK_THROWS_WITH((OscDoor{house.doorway, wrong, {}, {}}), Contains("IPv4 address"));
}

TEST_CASE("a line in, a line out", "[doors]") {
  House house;
  struct stat is {};
  REQUIRE(::stat(house.path.c_str(), &is) == 0);
  CHECK((is.st_mode & 0777) == 0600);
  auto wire = toPath(house.path);
  wire->say("panic\nshow out\npanik\n\nhelp panic # which is silence\n");
  CHECK(wire->line() == "ok every note is off");
  CHECK_THAT(wire->line(), Contains("ok out: What is patched here is heard.; in = 0"));
  CHECK_THAT(wire->line(), Contains("error There is no command"));
  CHECK(wire->line() == "ok");
  CHECK(wire->line() == "ok panic; Silence, now.");
  wire->say("json\nhelp panic\npanik\n");
  CHECK(wire->line() == R"({"ok":true,"text":""})");
  CHECK(nlohmann::json::parse(wire->line())["text"] == "panic\n  Silence, now.");
  CHECK(nlohmann::json::parse(wire->line())["ok"] == false);
}

TEST_CASE("a megabyte in a line, and bytes that are no text", "[doors]") {
  House house;
  auto wire = toPath(house.path);
  wire->say(std::string(1 << 20, 'm') + "\npanic\n");
  CHECK(wire->line() == "error A command has at most 4096 bytes; this one has 1048576.");
  CHECK(wire->line() == "ok every note is off");
  wire->say(std::string("\xff\x00\x80 \x1b[2J", 8) + "\npanic\n");
  CHECK_THAT(wire->line(), Contains("error") && Contains("plain UTF-8"));
  CHECK(wire->line() == "ok every note is off");
  wire->say(std::string(4097, 'm') + "\n" + std::string(4096, 'm') + "\n");
  CHECK_THAT(wire->line(), Contains("has 4097"));
  CHECK_THAT(wire->line(), Contains("There is no command"));
}

TEST_CASE("who asks and does not listen is not asked on, and the others are served", "[doors]") {
  House house;
  auto deaf = toPath(house.path);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "help\n";
  std::thread asks{[&] { deaf->say(many); }};
  auto wire = toPath(house.path);
  for (int i = 0; i < 100; ++i) {
    wire->say("panic\n");
    REQUIRE(wire->line() == "ok every note is off");
  }
  // All of it is answered once it is read.
  int answers = 0;
  while (answers < 20'000) {
    const auto some = deaf->hear();
    REQUIRE(some);
    answers += static_cast<int>(std::ranges::count(*some, '\n'));
  }
  asks.join();
  CHECK(answers == 20'000);
}

TEST_CASE("sixteen may come in, and who leaves makes room", "[doors]") {
  House house;
  std::vector<std::unique_ptr<Wire>> all;
  for (std::size_t i = 0; i < StreamClients::kMost; ++i) {
    all.push_back(toPath(house.path));
    all.back()->say("panic\n");
    REQUIRE(all.back()->line() == "ok every note is off");
  }
  CHECK(toPath(house.path)->line() == "error sixteen programs are connected already");
  all.pop_back();
  for (bool in = false; !in;) {  // its leaving is noticed when its turn comes
    auto next = toPath(house.path);
    next->say("panic\n");
    in = next->line() == "ok every note is off";
  }
}

TEST_CASE("a socket that was left behind is replaced, and nothing else is", "[doors]") {
  CommandTable table;
  Doorway doorway{table};
  const std::string path = freshPath();
  {
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(left);
  }
  {
    SocketDoor door{doorway, path};
    CHECK(SocketClient{path}.ask("help help").starts_with("ok help"));
    CHECK_THROWS_WITH((SocketDoor{doorway, path}), Contains("listens") && Contains("already"));
    CHECK(SocketClient{path}.ask("help help").starts_with("ok help"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_THROWS_WITH(SocketClient{path}, Contains("nobody listens"));
  std::ofstream{path} << "mine";
  CHECK_THROWS_WITH((SocketDoor{doorway, path}), Contains("is no socket"));
  CHECK(std::filesystem::file_size(path) == 4);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH((SocketDoor{doorway, std::string(300, 'x')}), Contains("bytes"));
}

TEST_CASE("one goes in at a time, in the order of coming", "[doors]") {
  CommandTable table;
  std::atomic<int> inside{0};
  int most = 0, done = 0;
  table.add({"go", {}, "Goes in.", [&](const auto&) {
               most = std::max(most, ++inside);
               ++done;
               std::this_thread::yield();
               --inside;
               return Command::Reply{};
             }});
  Doorway doorway{table};
  int looks = 0;
  doorway.attend([] {}, [&](std::string_view) { ++looks; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        doorway.run("go", Doorway::Door::other);
        doorway.within([&] { most = std::max(most, ++inside), --inside; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(done == 2000);
  CHECK(looks == 2000);
}

/// CTL-05. A million of both take minutes: test_bridge "[fuzz]" with ANTIPHON_FUZZ=1000000.
TEST_CASE("what takes a while lets others in meanwhile", "[doors]") {
  CommandTable table;
  Doorway doorway{table};
  int turns = 0;
  doorway.attend([&] { ++turns; }, [](std::string_view) {});
  table.add({"turn", {}, "Takes a turn.", [](const Command::Arguments&) { return Command::Reply{true, "turned"}; }});
  Command listen{"listen", {}, "Listens for a while.", [&](const Command::Arguments&) {
                   // Another program comes to the end of its turn while this one listens.
                   std::string other;
                   std::thread{[&] { other = doorway.run("turn", Doorway::Door::other).text; }}.join();
                   return doorway.run(
                       "listen",
                       [&] {
                         return Command::Reply{true, other};
                       },
                       Doorway::Door::own);
                 }};
  listen.beside = true;
  table.add(std::move(listen));
  CHECK(doorway.isBeside("  listen"));
  CHECK_FALSE(doorway.isBeside("turn"));
  CHECK(doorway.run("listen", Doorway::Door::own).text == "turned");
  CHECK(turns == 2);
  WHEN("it is asked for within a turn") {
    THEN("it belongs to that one, and nobody waits for himself") {
      const auto reply = doorway.within([&] {
        return doorway.run(
            "turn", [&] { return doorway.run("turn", Doorway::Door::own); }, Doorway::Door::own);
      });
      CHECK(reply.text == "turned");
    }
  }
}

TEST_CASE("CTL-05 random lines and packets break nothing", "[doors][fuzz]") {
  const char* const wanted = std::getenv("ANTIPHON_FUZZ");
  const long rounds = wanted != nullptr ? std::atol(wanted) : 4000;
  UnplayedStudio studio;
  Doorway doorway{studio.table(), &studio.ensemble().desk()};
  std::uint64_t answered = 0;
  OscReception reception{doorway,
                         [&](Nanos) { return studio.ensemble().desk().machine().now() + 100; },
                         {},
                         [&](OscSender, const std::string&, const std::vector<OscValue>&) { return ++answered > 0; }};
  const std::string table = studio.table().toJson().dump();
  const auto& commands = studio.table().commands();
  std::uint64_t state = 88172645463325252u;
  const auto chance = [&state](std::size_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<std::size_t>(state % below);
  };
  const std::vector<std::string> words{
      "bass", "kick",    "out",      "bass.cutoff", "500", "1e9",       "-1", "on",       "x...x...",       "C3",
      ">",    "osc=saw", "voices=3", "over 2s",     "\"",  "[C3 E3]:4", "=",  "\xff\xc3", "reverb to bass", "1/16:",
      "all",  "bar",     "2oct"};
  const auto randomBytes = [&](std::size_t most) {
    std::string bytes(chance(most), '\0');
    for (char& c : bytes) c = static_cast<char>(chance(256));
    return bytes;
  };
  const auto randomName = [&] {
    std::string name = commands[chance(commands.size())].name;
    return isOutward(name) ? std::string{"panic"} : name;
  };
  std::array<float, 64> left{}, right{};
  Nanos now{};
  for (long i = 0; i < rounds; ++i) {
    if (i % 2 == 0) {
      std::string line = chance(20) == 0 ? randomBytes(80) : randomName();
      for (std::size_t n = chance(5); n > 0; --n) line += " " + words[chance(words.size())];
      if (chance(10) == 0) line.insert(chance(line.size() + 1), randomBytes(6));
      const auto reply = doorway.run(line, Doorway::Door::other);
      if (!reply.ok && reply.text.empty()) FAIL("an error without a word: " << line);
    } else {
      std::vector<OscValue> values;
      for (std::size_t n = chance(4); n > 0; --n) {
        if (chance(3) == 0) values.emplace_back(static_cast<float>(chance(1000)) - 3);
        else values.emplace_back(words[chance(words.size())]);
      }
      std::string packet = oscMessage(
          chance(3) == 0 ? std::string{"/studio/"} + words[chance(3)] + "/cutoff" : "/antiphon/" + randomName(),
          values);
      if (chance(4) == 0) packet = oscBundle(chance(3) == 0 ? 1 : state, {packet, packet});
      for (std::size_t n = chance(4) == 0 ? chance(8) : 0; n > 0 && !packet.empty(); --n)
        packet[chance(packet.size())] = static_cast<char>(chance(256));
      if (chance(10) == 0) packet.resize(chance(packet.size() + 1));
      reception.take(chance(20) == 0 ? randomBytes(200) : packet, chance(20), {now, now});
    }
    now += std::chrono::milliseconds{chance(20)};
    reception.tend(now);
    if (i % 16 == 0) studio.ensemble().desk().machine().render(left.data(), right.data(), 64, {.running = true});
    if (i % 1024 == 0) {
      studio.ensemble().lookAround();
      studio.ensemble().desk().tend();
      bool sound = true;
      for (const float x : left) sound = sound && std::isfinite(x) && std::abs(x) <= 1.0f;
      REQUIRE(sound);
      REQUIRE(reception.waiting() <= OscReception::kMostWaiting);
      REQUIRE(reception.reports().subscribers() <= OscReports::kMostSubscribers);
    }
  }
  CHECK(studio.table().toJson().dump() == table);
  CHECK(doorway.run("panic", Doorway::Door::own).text == "every note is off");
  CHECK(answered > 0);
}

}  // namespace
}  // namespace antiphon

#endif
