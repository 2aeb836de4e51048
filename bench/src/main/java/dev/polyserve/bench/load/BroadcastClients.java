package dev.polyserve.bench.load;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// All clients of a broadcast: the first client sends, and every client receives, including the first.
///
/// Each message counts one answer per client. It leaves `intended` and `missing` when the slowest client has received
/// it.
final class BroadcastClients implements LoadClient {
    private final List<Member> members = new ArrayList<>();
    private final LoadPayload outgoing;
    private final int messageBytes;
    private final LongQueue intended = new LongQueue();
    /// For each outstanding message, the number of clients that have not received it.
    private final LongQueue missing = new LongQueue();
    /// The number of the first message in the rings.
    private long first;
    private long sent;
    private long due;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;

    /// @param channels all connected, and registered with the broadcast
    BroadcastClients(List<SocketChannel> channels, long seed, int messageBytes) {
        this.messageBytes = messageBytes;
        this.outgoing = new PseudoRandomPayload(seed);
        for (SocketChannel channel : channels) {
            members.add(new Member("connection " + (members.size() + 1), channel, new PseudoRandomPayload(seed)));
        }
    }

    @Override
    public void attach(LoadLoop owner) throws IOException {
        loop = owner;
        for (Member member : members) {
            member.channel.configureBlocking(false);
            PollableChannel source = () -> member.channel;
            member.watch = loop.multiplexer().watch(source, Multiplexer.READ, member);
        }
    }

    @Override
    public void request(long intendedNanos) {
        intended.add(intendedNanos);
        missing.add(members.size());
        due += messageBytes;
        loop.requested(members.size());
    }

    @Override
    public void flush() {
        Member writer = members.getFirst();
        try {
            sent = ClientSockets.send(writer.channel, outgoing, sent, due);
            loop.multiplexer().change(writer.watch,
                    sent < due ? Multiplexer.READ | Multiplexer.WRITE : Multiplexer.READ);
        } catch (IOException e) {
            loop.fail("the sending client failed: " + e.getMessage(), e);
        }
    }

    private void delivered(long message, long nowNanos) {
        int index = (int) (message - first);
        loop.answered(intended.get(index), nowNanos);
        long remaining = missing.get(index) - 1;
        missing.set(index, remaining);
        while (missing.size() > 0 && missing.get(0) == 0) {
            missing.removeFirst();
            intended.removeFirst();
            first++;
            if (loop.continuesWith(RequestTrigger.PACED)) {
                request(nowNanos);
            }
        }
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        for (int i = 0; i < intended.size(); i++) {
            for (long left = missing.get(i); left > 0; left--) {
                recorder.unanswered(intended.get(i), nowNanos);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Member member : members) {
            member.channel.close();
        }
    }

    /// A client that receives.
    private final class Member implements Multiplexer.Ready {
        private final String name;
        private final SocketChannel channel;
        private final LoadPayload expected;
        @SuppressWarnings("NullAway.Init") // set by attach
        private Multiplexer.Watch watch;
        private long received;
        private long messages;

        Member(String name, SocketChannel channel, LoadPayload expected) {
            this.name = name;
            this.channel = channel;
            this.expected = expected;
        }

        @Override
        public void ready(int readiness) {
            try {
                if ((readiness & Multiplexer.READ) != 0) {
                    receive();
                }
                flush();
            } catch (IOException e) {
                loop.fail(name + " failed: " + e.getMessage(), e);
            }
        }

        private void receive() throws IOException {
            ByteBuffer in = loop.incoming().clear();
            int length = channel.read(in);
            if (length < 0) {
                loop.fail(name + " was closed by the server", null);
                return;
            }
            if (expected.firstWrong(received, in.flip()) >= 0 || received + length > sent) {
                loop.fail(name + " received a wrong byte", null);
                return;
            }
            received += length;
            long nowNanos = loop.progressNanos();
            for (long whole = received / messageBytes; messages < whole; messages++) {
                delivered(messages, nowNanos);
            }
        }
    }
}
