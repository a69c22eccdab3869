#include "net/spare_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace ordo::net {

bool SpareDescriptor::give() {
  if (descriptor_ < 0) return false;
  ::close(std::exchange(descriptor_, -1));
  return true;
}

bool SpareDescriptor::take() {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  return descriptor_ >= 0;
}

}  // namespace ordo::net
