#include "bridge/model_commands.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "model/aria/shape.hpp"
#include "model/native_model.hpp"

using namespace antiphon;

namespace {

struct Prompt {
  std::shared_ptr<WishDesk> desk = std::make_shared<WishDesk>(Wishes{});
  int agains = 0;
  CommandTable table{};
  Prompt() {
    addModelCommands(table, desk, {.again = [this] {
                       ++agains;
                       return true;
                     }});
  }
};

}  // namespace

SCENARIO("The model is steered by typing") {
  Prompt p;
  CHECK(p.table.run("temperature 0.5").ok);
  CHECK(p.desk->read().sampler.temperature == 0.5);
  CHECK(p.table.run("top-p 0.9").ok);
  CHECK(p.desk->read().sampler.topP == 0.9);
  CHECK(p.table.run("part bass").ok);
  CHECK(p.desk->read().part == Part::bass);
  CHECK(p.table.run("part auto").ok);
  CHECK_FALSE(p.desk->read().part);
  CHECK(p.table.run("density 0.3").ok);
  CHECK(p.desk->read().density == 0.3);
  CHECK(p.table.run("density auto").ok);
  CHECK_FALSE(p.desk->read().density);
  CHECK(p.table.run("key A:minor").ok);
  CHECK(p.desk->read().key.kind == KeyWish::Kind::named);
  CHECK(p.table.run("takes 4").ok);
  CHECK(p.desk->read().takes == 4);
  CHECK(p.table.run("style \"slow blues in 6/8\"").ok);
  CHECK(p.desk->read().style == "slow blues in 6/8");
  CHECK(p.table.run("next").ok);
  CHECK(p.agains == 1);
}

SCENARIO("What is not possible is said, and changes nothing") {
  Prompt p;
  for (const char* line : {"temperature 3", "temperature warm", "density 2", "density half", "key H:major", "takes 0",
                           "takes 99", "part tuba", "keep"}) {
    INFO(line);
    const auto reply = p.table.run(line);
    CHECK_FALSE(reply.ok);
    CHECK(!reply.text.empty());
  }
  const auto reply = p.table.run("model /nowhere.safetensors");
  CHECK_FALSE(reply.ok);
  CHECK_THAT(reply.text, Catch::Contains("/nowhere.safetensors") && Catch::Contains("stays"));
  CHECK(p.table.run("model built-in").ok);
  CHECK(p.desk->read().model == NativeModel::embedded());
}

SCENARIO("An Aria checkpoint is steered by typing, in what it knows") {
  Prompt p;
  p.desk->change([](Wishes& w) { w.aria = true; });
  CHECK(p.table.run("temperature 0.8").ok);
  CHECK(p.desk->read().sampler.temperature == 0.8);
  CHECK(p.table.run("key A:minor").ok);
  CHECK(p.table.run("part bass").ok);
  CHECK(p.table.run("next").ok);
  for (const char* line : {"style waltz", "guidance 2", "takes 3", "density 0.5", "model built-in"}) {
    INFO(line);
    const auto reply = p.table.run(line);
    CHECK_FALSE(reply.ok);
    CHECK_THAT(reply.text, Catch::Contains("Aria"));
  }
  CHECK(p.desk->read().takes == 1);
  CHECK(p.desk->read().style.empty());
}

SCENARIO("An Aria checkpoint does not take another model's place while it plays") {
  Prompt p;
  const auto path = std::filesystem::temp_directory_path() / "antiphon-commands-aria.safetensors";
  writeRandomAria(path, AriaShape{32, 1, 2, 32, kAriaTokens}, 1);
  const auto reply = p.table.run("model " + path.string());
  std::filesystem::remove(path);
  CHECK_FALSE(reply.ok);
  CHECK_THAT(reply.text, Catch::Contains("--checkpoint"));
  CHECK_FALSE(p.desk->read().model);
}

TEST_CASE("Without the model its commands say who is needed") {
  CommandTable table;
  addModelCommands(table, nullptr, {.again = [] { return true; }});
  CHECK_THAT(table.run("temperature 0.5").text, Catch::Contains("--answerer model"));
}
