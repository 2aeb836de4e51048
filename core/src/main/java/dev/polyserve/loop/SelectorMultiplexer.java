package dev.polyserve.loop;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.io.Pollable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The JDK's selector: epoll on Linux, kqueue on BSD and macOS, WEPoll on Windows.
public final class SelectorMultiplexer implements Multiplexer {
    private final Selector selector;
    /// Watches of channels whose cancelled keys are still registered.
    private final List<KeyWatch> again = new ArrayList<>();
    private final MultiplexerOwner owner = new MultiplexerOwner("nio");

    public SelectorMultiplexer() throws IOException {
        this.selector = Selector.open();
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public Watch watch(Pollable source, int interest, Ready ready) throws IOException {
        owner.assertOwner();
        SelectableChannel channel = ((PollableChannel) source).channel();
        KeyWatch watch = new KeyWatch(ready, channel);
        SelectionKey last = channel.keyFor(selector);
        if (last != null && !last.isValid()) {
            // A cancelled key makes way for another one at the next selection.
            watch.key = last;
            watch.interest = interest;
            again.add(watch);
        } else {
            watch.key = channel.register(selector, watch.ops(interest), watch);
        }
        return watch;
    }

    @Override
    public void change(Watch watch, int interest) {
        owner.assertOwner();
        KeyWatch changed = (KeyWatch) watch;
        changed.interest = interest;
        int ops = changed.ops(interest);
        // The selector passes changed interest sets to the system at its next wait, many at once.
        if (changed.key.isValid() && changed.key.interestOps() != ops) {
            changed.key.interestOps(ops);
        }
    }

    @Override
    public void forget(Watch watch) {
        owner.assertOwner();
        KeyWatch forgotten = (KeyWatch) watch;
        forgotten.key.cancel();
        again.remove(forgotten);
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        if (!again.isEmpty()) {
            watchAgain();
        }
        if (atMostNanos == 0) {
            selector.selectNow(SelectorMultiplexer::tell);
        } else if (atMostNanos == Long.MAX_VALUE) {
            selector.select(SelectorMultiplexer::tell);
        } else {
            // Rounded up: otherwise the loop would spin until a timer that is due in half a millisecond.
            selector.select(SelectorMultiplexer::tell, TimeUnit.NANOSECONDS.toMillis(atMostNanos + 999_999));
        }
    }

    /// Registers the channels that were watched before, after a selection that removes their cancelled keys.
    private void watchAgain() throws IOException {
        selector.selectNow(SelectorMultiplexer::tell);
        List<KeyWatch> waiting = List.copyOf(again);
        again.clear();
        for (KeyWatch watch : waiting) {
            if (watch.channel.isOpen()) {
                watch.key = watch.channel.register(selector, watch.ops(watch.interest), watch);
            }
        }
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        owner.closed();
        selector.close();
    }

    private static void tell(SelectionKey key) {
        KeyWatch watch = (KeyWatch) key.attachment();
        int ops;
        try {
            ops = key.readyOps();
        } catch (CancelledKeyException e) {
            // An earlier callback of this turn has cancelled the key, so readiness is not reported.
            return;
        }
        int readiness = 0;
        if ((ops & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0) {
            readiness |= READ;
        }
        if ((ops & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
            readiness |= WRITE;
        }
        watch.ready.ready(readiness);
    }

    /// A key and its callback. The key is set right after construction, because registration attaches this object to
    /// it.
    private static final class KeyWatch implements Watch {
        private Ready ready;
        private final SelectableChannel channel;
        @SuppressWarnings("NullAway.Init")
        private SelectionKey key;
        private int interest;

        KeyWatch(Ready ready, SelectableChannel channel) {
            this.ready = ready;
            this.channel = channel;
        }

        @Override
        public void tells(Ready other) {
            ready = other;
        }

        int ops(int interest) {
            int ops = 0;
            if ((interest & READ) != 0) {
                ops |= channel instanceof ServerSocketChannel ? SelectionKey.OP_ACCEPT : SelectionKey.OP_READ;
            }
            if ((interest & WRITE) != 0) {
                // A connecting channel becomes writable once connected. The system reports both alike, the JDK does
                // not.
                boolean connects = channel instanceof SocketChannel socket && socket.isConnectionPending();
                ops |= connects ? SelectionKey.OP_CONNECT : SelectionKey.OP_WRITE;
            }
            return ops;
        }
    }
}
