// Makes blocked agents urgent and keeps idle ones quiet. Change it into yours.
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>

struct MyFilter {
  seneca::Verdict operator()(seneca::Event& event) {
    const seneca::JsonView status = seneca::JsonView(event.data()).get("status");
    if (status.equals("idle")) return event.drop("idle agents are no news");
    if (status.equals("blocked")) event.priority(seneca::Priority::critical);
    return seneca::Verdict::pass;
  }
};

SENECA_PLUGIN(MyFilter, "org.example.my-filter", "1.0.0", "makes blocked agents urgent")
