package dev.polyserve.linux.supervisor;

import dev.polyserve.io.Pollable;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A multiplexer for the supervisor of workers that share its sockets. The workers watch these sockets in its place:
/// they are notified when interest in them begins, and when it ends.
///
/// **Thread**: the supervisor's loop, except [#wakeup].
final class SupervisorMultiplexer implements Multiplexer {
    private final Multiplexer real;
    private final Predicate<Pollable> shared;
    private final Interested workers;
    private final List<SharedWatch> watches = new ArrayList<>();
    private final MultiplexerOwner owner = new MultiplexerOwner("of shared sockets");
    private boolean told;

    /// Receives changes of interest in the shared sockets.
    interface Interested {
        /// Called when the workers may accept, and when they must stop.
        void accepting(boolean allowed);
    }

    /// Wraps a multiplexer for the sockets that the workers do not share.
    ///
    /// @param shared which sources the workers serve
    SupervisorMultiplexer(Multiplexer real, Predicate<Pollable> shared, Interested workers) {
        this.real = real;
        this.shared = shared;
        this.workers = workers;
    }

    /// A watch of a shared socket.
    private static final class SharedWatch implements Watch {
        private final Pollable source;
        private Ready ready;
        private int interest;

        SharedWatch(Pollable source, Ready ready, int interest) {
            this.source = source;
            this.ready = ready;
            this.interest = interest;
        }

        @Override
        public void tells(Ready other) {
            ready = other;
        }
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public Watch watch(Pollable source, int interest, Ready ready) throws IOException {
        owner.assertOwner();
        if (!shared.test(source)) {
            return real.watch(source, interest, ready);
        }
        SharedWatch watch = new SharedWatch(source, ready, interest);
        watches.add(watch);
        tell();
        return watch;
    }

    @Override
    public void change(Watch watch, int interest) {
        owner.assertOwner();
        switch (watch) {
            case SharedWatch ours -> {
                ours.interest = interest;
                tell();
            }
            default -> real.change(watch, interest);
        }
    }

    @Override
    public void forget(Watch watch) {
        owner.assertOwner();
        switch (watch) {
            case SharedWatch ours -> {
                watches.remove(ours);
                tell();
            }
            default -> real.forget(watch);
        }
    }

    /// Notifies the watches of a socket where a worker has accepted a connection. It does so at once, therefore before
    /// any later event of the worker, and also while the workers may not accept.
    void handed(Pollable source) {
        owner.assertOwner();
        List.copyOf(watches).stream().filter(watch -> watch.source.equals(source))
                .forEach(watch -> watch.ready.ready(READ));
    }

    private void tell() {
        boolean any = watches.stream().anyMatch(watch -> watch.interest != 0);
        if (any != told) {
            told = !told;
            workers.accepting(told);
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        real.await(atMostNanos);
    }

    @Override
    public void wakeup() {
        real.wakeup();
    }

    @Override
    public void close() throws IOException {
        owner.closed();
        real.close();
    }
}
