package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.MessageHandler;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.MessageHandlerAsHandler;
import dev.polyserve.conversation.BlockingProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Runs a handler or protocol against a scripted peer in memory, without sockets, threads or waiting.
///
/// The script also moves the clock, so the same script always has the same outcome.
///
/// ```java
/// Outcome outcome = Rehearsal.handle(new Upper())
///         .receives("he").receives("llo\n").after(Duration.ofSeconds(3)).receives("bye\n").ends()
///         .run();
/// assertEquals("HELLO\nBYE\n", outcome.text());
/// assertEquals(new Cause.Done(true), outcome.cause());
/// ```
///
/// Time passes only while the handler waits. Therefore the time limits of the options (first byte, idle, write stall,
/// conversation) and the handler's own read timeout and deadline expire exactly on time. A script with neither [#ends]
/// nor [#resets] leaves a silent peer, and the idle limit ends the connection.
///
/// A rehearsal has one thread, so it does not test concurrency. [dev.polyserve.Sender#offer] works, and its messages
/// are sent at the next wait. [dev.polyserve.Sender#send] on a full queue would wait for ever.
///
/// **Thread**: the caller's for all calls. Each [#run] plays the script from its start.
public final class Rehearsal {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 40_000);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.2", 8_888);

    /// The way in which the connection is driven.
    private sealed interface Style {}

    private record Sequential(Supplier<? extends Handler> factory) implements Style {}

    private record Driven(Supplier<? extends Protocol> factory) implements Style {}

    private record Pumped(Supplier<? extends Protocol> factory) implements Style {}

    private final List<PeerScript.Step> steps = new ArrayList<>();
    private Style style;
    private Options options = Options.defaults();
    private Pieces pieces = List::of;
    private int takesBytes = Integer.MAX_VALUE;

    private Rehearsal(Style style) {
        this.style = style;
    }

    /// A rehearsal of this handler.
    public static Rehearsal handle(Handler shared) {
        return handler(() -> shared);
    }

    /// A rehearsal of a handler that the factory creates once per run.
    public static Rehearsal handler(Supplier<? extends Handler> factory) {
        return new Rehearsal(new Sequential(factory));
    }

    /// A rehearsal of a protocol that the factory creates once per run, driven as by an event loop.
    public static Rehearsal protocol(Supplier<? extends Protocol> factory) {
        return new Rehearsal(new Driven(factory));
    }

    /// A rehearsal of a handler of messages, on a thread of its own.
    public static <T> Rehearsal messages(Codec<T> codec, MessageHandler<T> shared) {
        return messageHandler(codec, () -> shared);
    }

    /// A rehearsal of a handler of messages that the factory creates once per run, on a thread of its own.
    public static <T> Rehearsal messageHandler(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory) {
        return handler(() -> new MessageHandlerAsHandler<>(codec, factory.get()));
    }

    /// Drives the protocol as by a thread of its own, instead of by an event loop.
    ///
    /// The protocol must close the connection when the peer has ended, as it does by default. Otherwise the thread
    /// would wait for a sender to close it, and a rehearsal has none.
    public Rehearsal pumped() {
        if (style instanceof Driven driven) {
            style = new Pumped(driven.factory);
        }
        return this;
    }

    // --- the script ---

    /// The peer sends a text in UTF-8, as one fragment.
    public Rehearsal receives(String text) {
        return receives(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The peer sends bytes, as one fragment.
    public Rehearsal receives(byte... bytes) {
        if (bytes.length > 0) {
            steps.add(new PeerScript.Receives(ByteBuffer.wrap(bytes.clone())));
        }
        return this;
    }

    /// The peer does nothing for the given time.
    public Rehearsal after(Duration time) {
        steps.add(new PeerScript.Passes(time));
        return this;
    }

    /// The peer ends its output (half-close) and keeps reading.
    public Rehearsal ends() {
        steps.add(new PeerScript.Ends());
        return this;
    }

    /// The peer resets the connection.
    public Rehearsal resets() {
        steps.add(new PeerScript.Resets());
        return this;
    }

    /// The peer stops reading.
    public Rehearsal stopsReading() {
        steps.add(new PeerScript.StopsReading());
        return this;
    }

    /// The server begins to drain: [dev.polyserve.Connection#draining] is true, and input ends.
    public Rehearsal drains() {
        steps.add(new PeerScript.Drains());
        return this;
    }

    /// The server stops.
    public Rehearsal stops() {
        steps.add(new PeerScript.Stops());
        return this;
    }

    // --- options of the run ---

    /// Every fragment arrives one byte at a time.
    public Rehearsal oneByteAtATime() {
        pieces = bytes -> {
            List<byte[]> single = new ArrayList<>();
            for (byte value : bytes) {
                single.add(new byte[]{value});
            }
            return single;
        };
        return this;
    }

    /// Every fragment arrives in pieces of random length; the same seed gives the same pieces.
    public Rehearsal inRandomPieces(long seed) {
        pieces = bytes -> randomPieces(bytes, new Random(seed));
        return this;
    }

    /// The peer accepts at most the given number of bytes at once (short writes).
    public Rehearsal acceptsWrites(int bytesAtOnce) {
        if (bytesAtOnce < 1) {
            throw new IllegalArgumentException(
                    "a peer cannot accept " + bytesAtOnce + " bytes at once: use stopsReading()");
        }
        takesBytes = bytesAtOnce;
        return this;
    }

    /// Changes the options of the server, such as limits and timeouts.
    public Rehearsal options(UnaryOperator<Options> change) {
        options = change.apply(options);
        return this;
    }

    /// Plays the script until the connection ends.
    public RehearsalResult run() {
        ManualClock clock = new ManualClock();
        RecordedEvents events = new RecordedEvents();
        ServerContext context = new ServerContext(options, events, clock, _ -> {
        });
        PeerScript script = new PeerScript(fragments());
        ScriptedPeer peer = new ScriptedPeer(script, clock, context, takesBytes);
        boolean outputEnded = switch (style) {
            case Sequential sequential -> runHandler(sequential.factory, peer, context, events);
            case Driven driven -> runDriven(driven.factory, peer, context, events);
            case Pumped pumped -> runPumped(pumped.factory, peer, context, events);
        };
        return new RecordedRehearsalResult(peer.writes(), outputEnded, events.cause(), events.failures, events.limits,
                clock.elapsed(),
                script.unreadBytes());
    }

    private static boolean runHandler(Supplier<? extends Handler> factory, ScriptedPeer peer, ServerContext context,
            RecordedEvents events) {
        ScriptedWire wire = new ScriptedWire(peer);
        var conversation = new HandlerConversation(context, identity(), factory, wire);
        drive(conversation, peer, events, conversation);
        return wire.outputEnded();
    }

    private static boolean runDriven(Supplier<? extends Protocol> factory, ScriptedPeer peer, ServerContext context,
            RecordedEvents events) {
        ScriptedLoop loop = new ScriptedLoop(peer);
        var conversation = new LoopProtocolConversation(context, identity(), factory, loop);
        drive(conversation, peer, events, () -> loop.run(conversation));
        return loop.outputEnded();
    }

    private static boolean runPumped(Supplier<? extends Protocol> factory, ScriptedPeer peer, ServerContext context,
            RecordedEvents events) {
        ScriptedWire wire = new ScriptedWire(peer);
        var conversation = new BlockingProtocolConversation(context, identity(), factory, wire);
        drive(conversation, peer, events, conversation);
        return wire.outputEnded();
    }

    private static void drive(Conversation conversation, ScriptedPeer peer, RecordedEvents events, Runnable body) {
        peer.connect(conversation);
        conversation.onDone(over -> events.ended = over.outcome().orElseThrow());
        body.run();
    }

    private static Conversation.Identity identity() {
        return new Conversation.Identity(1, PEER, LOCAL, new Endpoint.Tcp("192.0.2.2", LOCAL.getPort()));
    }

    private List<PeerScript.Step> fragments() {
        List<PeerScript.Step> played = new ArrayList<>();
        for (PeerScript.Step step : steps) {
            if (step instanceof PeerScript.Receives fragment) {
                pieces.of(fragment.bytes().array())
                        .forEach(piece -> played.add(new PeerScript.Receives(ByteBuffer.wrap(piece))));
            } else {
                played.add(step);
            }
        }
        return played;
    }

    /// Splits bytes into pieces of random length, many of them short.
    static List<byte[]> randomPieces(byte[] bytes, Random random) {
        List<byte[]> cut = new ArrayList<>();
        for (int from = 0; from < bytes.length;) {
            int most = random.nextBoolean() ? 4 : bytes.length;
            int length = Math.min(bytes.length - from, 1 + random.nextInt(most));
            cut.add(Arrays.copyOfRange(bytes, from, from + length));
            from += length;
        }
        return cut;
    }

    /// Splits a fragment into pieces.
    @FunctionalInterface
    private interface Pieces {
        List<byte[]> of(byte[] bytes);
    }

    private static final class RecordedEvents implements ServerListener {
        private final List<Throwable> failures = new ArrayList<>();
        private final List<Limit> limits = new ArrayList<>();
        private @Nullable Cause ended;

        @Override
        public void failed(ConnectionInfo connection, Throwable error) {
            failures.add(error);
        }

        @Override
        public void limitReached(Limit limit) {
            limits.add(limit);
        }

        Cause cause() {
            if (ended == null) {
                throw new IllegalStateException("the connection did not end");
            }
            return ended;
        }
    }
}
