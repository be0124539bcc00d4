// OpenBLAS reads once how many hands it may have, when it is loaded. Here all rooms are together: if one of them brought it
// along with the program, it would have a hand for every core before the torch plug-in could say otherwise.
#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "model/torch_plugin.hpp"

using namespace antiphon;

TEST_CASE("The hands that learn do not fight over the cores with hands inside the products", "[torch]") {
  const auto net = openTorchNet({32, 2, 2, 64, 60, 1, 2, false, false, true});
  void* const products = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_NOLOAD);
  if (products == nullptr) return;  // another BLAS
  const auto hands = reinterpret_cast<int (*)()>(dlsym(products, "openblas_get_num_threads"));
  REQUIRE(hands != nullptr);
  const char* const asked = std::getenv("OPENBLAS_NUM_THREADS");
  CHECK(hands() == (asked != nullptr ? std::atoi(asked) : 1));
  dlclose(products);
}
