// A native model that thinks in torch: on a GPU, or as a second opinion in tests.
#pragma once

#include <memory>

#include "model/native_model.hpp"

namespace antiphon {

/// The same model with engines of the torch plug-in. Throws ModelError when the plug-in or the device is not there.
std::shared_ptr<const NativeModel> onTorch(const std::shared_ptr<const NativeModel>& model, bool cuda);

/// Engines of the torch plug-in on this processor for any shape and weights: the yardstick. Throws ModelError.
NativeModel::MakeEngine torchEngines(const native::Shape& shape,
                                     const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                                     bool cuda);

}  // namespace antiphon
