package dev.polyserve.bench.load;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// A client that sends numbered datagrams, so that replies match in any order. A datagram without a reply in time
/// counts as lost.
final class DatagramLoadClient implements LoadClient, Multiplexer.Ready {
    private static final long REPLY_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /// The maximum number of outstanding datagrams. When the window is full, the oldest counts as lost.
    private static final int WINDOW = 4_096;
    private static final long NONE = Long.MIN_VALUE;

    private final String name;
    private final DatagramChannel channel;
    private final PseudoRandomPayload pattern;
    private final int requestBytes;
    private final long[] intended = new long[WINDOW];
    private long oldest;
    private long next;
    private long toSend;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;

    DatagramLoadClient(String name, DatagramChannel channel, long seed, int requestBytes) {
        this.name = name;
        this.channel = channel;
        this.pattern = new PseudoRandomPayload(seed);
        this.requestBytes = requestBytes;
        Arrays.fill(intended, NONE);
    }

    @Override
    public void attach(LoadLoop owner) throws IOException {
        loop = owner;
        channel.configureBlocking(false);
        PollableChannel source = () -> channel;
        loop.multiplexer().watch(source, Multiplexer.READ, this);
    }

    @Override
    public void request(long intendedNanos) {
        if (next - oldest == WINDOW) {
            lose(oldest);
        }
        intended[slot(next++)] = intendedNanos;
        loop.requested(1);
    }

    @Override
    public void flush() {
        try {
            for (; toSend < next; toSend++) {
                ByteBuffer out = loop.outgoing().clear().putLong(toSend);
                out.put(pattern.piece(toSend, requestBytes - Long.BYTES)).flip();
                // A full send buffer drops the datagram, as the network would.
                channel.write(out);
            }
        } catch (IOException e) {
            loop.fail(name + " cannot send: " + e.getMessage(), e);
        }
    }

    @Override
    public void ready(int readiness) {
        try {
            ByteBuffer in = loop.incoming();
            while (channel.read(in.clear()) > 0) {
                received(in.flip());
            }
            flush();
        } catch (IOException e) {
            loop.fail(name + " failed: " + e.getMessage(), e);
        }
    }

    private void received(ByteBuffer in) {
        if (in.remaining() != requestBytes) {
            loop.fail(name + ": a reply has " + in.remaining() + " bytes instead of " + requestBytes, null);
            return;
        }
        long number = in.getLong();
        if (number < 0 || number >= next || pattern.firstWrong(number, in) >= 0) {
            loop.fail(name + ": a reply matches no request, or was changed", null);
            return;
        }
        if (number < oldest || intended[slot(number)] == NONE) {
            return; // given up before, or a duplicate: datagrams may arrive twice
        }
        long nowNanos = loop.progressNanos();
        loop.answered(intended[slot(number)], nowNanos);
        complete(number, nowNanos);
    }

    @Override
    public void tick(long nowNanos) {
        while (oldest < next
                && (intended[slot(oldest)] == NONE || nowNanos - intended[slot(oldest)] > REPLY_TIMEOUT_NANOS)) {
            if (intended[slot(oldest)] == NONE) {
                oldest++;
            } else {
                lose(oldest);
            }
        }
        flush();
    }

    private void lose(long number) {
        loop.lost(intended[slot(number)]);
        complete(number, loop.nanos());
    }

    private void complete(long number, long nowNanos) {
        intended[slot(number)] = NONE;
        while (oldest < next && intended[slot(oldest)] == NONE) {
            oldest++;
        }
        if (loop.continuesWith(RequestTrigger.PACED)) {
            request(nowNanos);
        }
    }

    private static int slot(long number) {
        return (int) (number & WINDOW - 1);
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        while (oldest < next) {
            tick(nowNanos + REPLY_TIMEOUT_NANOS + 1);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
