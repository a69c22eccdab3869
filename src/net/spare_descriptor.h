// One descriptor kept for the day when there are no others.
#pragma once

namespace ordo::net {

// One thread.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  ~SpareDescriptor() { give(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  // Closes it, so that another can be opened. False when there is none to close.
  bool give();
  // Gets it back, if it can be had. Whether it is here.
  bool take();

 private:
  int descriptor_ = -1;
};

}  // namespace ordo::net
