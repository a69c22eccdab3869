// All functions behind one port: each invocation, and each call, goes to the host of its function.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

class FunctionHosts : public ports::FunctionHost {
 public:
  using ByName = std::map<std::string, std::unique_ptr<ports::FunctionHost>, std::less<>>;

  // `on_ended` hears of invocations of functions that `hosts` does not name: they fail for good, as
  // "UnknownFunction". Calls of such are Lambda.ResourceNotFoundException. The hosts tell of theirs
  // as they were made to.
  FunctionHosts(ByName hosts, const ports::Clock& clock, ports::OnEnded on_ended);
  ~FunctionHosts() override;
  FunctionHosts(const FunctionHosts&) = delete;
  FunctionHosts& operator=(const FunctionHosts&) = delete;

  // One more, before anything is asked for. False: there is one of that name.
  bool add(std::string name, std::unique_ptr<ports::FunctionHost> host);

  // Those for one function go to its host in one call, in their order.
  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override;
  [[nodiscard]] std::size_t capacity(const std::string& function) const override;
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

 private:
  [[nodiscard]] ports::FunctionHost& host_of(const std::string& function) const;

  ByName hosts_;
  const std::unique_ptr<ports::FunctionHost> unknown_;
};

}  // namespace ordo::functions
