//! Mounts the page, nothing else.

fn main() {
    kubeloop::ui::start();
}
