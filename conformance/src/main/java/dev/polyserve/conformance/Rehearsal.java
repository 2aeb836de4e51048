package dev.polyserve.conformance;

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
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.MessageHandlerAsHandler;
import dev.polyserve.conversation.BlockingProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Runs a handler or protocol against a scripted peer in memory, without sockets, threads or waiting. The servers that a handler
/// connects to are scripted, too ([RehearsedUpstream]).
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
/// Time passes only while the handler waits, and then for all its connections. Therefore the time limits of the options (first byte, idle, write stall,
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

    private final ScriptBuilder script = new ScriptBuilder();
    private final List<RehearsedUpstream> upstreams = new ArrayList<>();
    private Style style;
    private Options options = Options.defaults();
    private ScriptBuilder.Pieces pieces = List::of;
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
        script.receives(bytes);
        return this;
    }

    /// The peer does nothing until it was sent this text in UTF-8, after what it has awaited before.
    public Rehearsal awaits(String text) {
        script.awaits(text);
        return this;
    }

    /// The peer does nothing for the given time.
    public Rehearsal after(Duration time) {
        script.add(new PeerScript.Passes(time));
        return this;
    }

    /// The peer ends its output (half-close) and keeps reading.
    public Rehearsal ends() {
        script.add(new PeerScript.Ends());
        return this;
    }

    /// The peer resets the connection.
    public Rehearsal resets() {
        script.add(new PeerScript.Resets());
        return this;
    }

    /// The peer stops reading.
    public Rehearsal stopsReading() {
        script.add(new PeerScript.StopsReading());
        return this;
    }

    /// The server begins to drain: [dev.polyserve.Connection#draining] is true, and input ends.
    public Rehearsal drains() {
        script.add(new PeerScript.Drains());
        return this;
    }

    /// The server stops.
    public Rehearsal stops() {
        script.add(new PeerScript.Stops());
        return this;
    }

    /// A server that the handler can connect to, once ([dev.polyserve.Connection#connect]). Those with the same endpoint are connected
    /// to in this order.
    public Rehearsal upstream(RehearsedUpstream server) {
        upstreams.add(server);
        return this;
    }

    // --- options of the run ---

    /// Every fragment arrives one byte at a time.
    public Rehearsal oneByteAtATime() {
        pieces = ScriptBuilder::singleBytes;
        return this;
    }

    /// Every fragment arrives in pieces of random length; the same seed gives the same pieces.
    public Rehearsal inRandomPieces(long seed) {
        pieces = bytes -> ScriptBuilder.randomPieces(bytes, new Random(seed));
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
        RehearsedTime time = new RehearsedTime(clock);
        var play = new ScriptedConnector.Play(pieces, takesBytes);
        ScriptedPeer peer = play.peer(script, time, context);
        var connector = new ScriptedConnector(upstreams, context, time, play);
        boolean outputEnded = switch (style) {
            case Sequential sequential -> {
                ScriptedWire wire = new ScriptedWire(peer, time);
                var conversation = new HandlerConversation(context, identity(), sequential.factory, wire,
                        HandlerBorder.NONE, connector);
                drive(conversation, peer, conversation);
                yield wire.outputEnded();
            }
            case Driven driven -> {
                ScriptedLoop loop = new ScriptedLoop(peer);
                var conversation = new LoopProtocolConversation(context, identity(), driven.factory, loop);
                drive(conversation, peer, () -> loop.run(conversation));
                yield loop.outputEnded();
            }
            case Pumped pumped -> {
                ScriptedWire wire = new ScriptedWire(peer, time);
                var conversation = new BlockingProtocolConversation(context, identity(), pumped.factory, wire);
                drive(conversation, peer, conversation);
                yield wire.outputEnded();
            }
        };
        return new RecordedRehearsalResult(RecordedConnection.of(peer, outputEnded), events.failures, events.limits,
                clock.elapsed(), connector.connections());
    }

    private static void drive(Conversation conversation, ScriptedPeer peer, Runnable body) {
        peer.connect(conversation);
        peer.begins();
        body.run();
        if (!conversation.isDone()) {
            throw new IllegalStateException("the connection did not end");
        }
    }

    private static Conversation.Identity identity() {
        return new Conversation.Identity(1, PEER, LOCAL, new Endpoint.Tcp("192.0.2.2", LOCAL.getPort()));
    }

    private static final class RecordedEvents implements ServerListener {
        private final List<Throwable> failures = new ArrayList<>();
        private final List<Limit> limits = new ArrayList<>();

        @Override
        public void failed(ConnectionInfo connection, Throwable error) {
            failures.add(error);
        }

        @Override
        public void limitReached(Limit limit) {
            limits.add(limit);
        }
    }
}
