package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.ProtocolConversation;
import dev.polyserve.conversation.ProtocolPump;
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

/// Runs one conversation of a handler or protocol in memory: a scripted peer, a clock moved by the script, no sockets, no
/// threads, no waiting. The same script gives the same outcome every time.
///
/// ```java
/// Outcome outcome = Rehearsal.handle(new Upper())
///         .receives("he").receives("llo\n").after(Duration.ofSeconds(3)).receives("bye\n").ends()
///         .run();
/// assertEquals("HELLO\nBYE\n", outcome.text());
/// assertEquals(new Cause.Done(true), outcome.cause());
/// ```
///
/// Time passes only while our side waits, so every time limit of the options (first byte, idle, write stall, conversation), and
/// a handler's own read timeout and deadline, fires exactly when it should. A script that says neither [#ends] nor
/// [#resets] leaves a silent peer behind: the idle limit ends the conversation.
///
/// What a rehearsal cannot show is what happens between threads. [dev.polyserve.Sender#offer] works, and its messages leave
/// at the next wait; [dev.polyserve.Sender#send] with a full queue would wait for nobody.
///
/// **Thread**: the caller's, for everything; a rehearsal can be run again, and then starts anew.
public final class Rehearsal {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 40_000);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.2", 8_888);

    /// How the conversation is held.
    private sealed interface Style {}

    private record Sequential(Supplier<? extends Handler> factory) implements Style {}

    private record Driven(Supplier<? extends Protocol> factory) implements Style {}

    private record Pumped(Supplier<? extends Protocol> factory) implements Style {}

    private final List<Script.Step> steps = new ArrayList<>();
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

    /// A rehearsal of the handler that the factory makes, once per run.
    public static Rehearsal handler(Supplier<? extends Handler> factory) {
        return new Rehearsal(new Sequential(factory));
    }

    /// A rehearsal of the protocol that the factory makes, once per run, driven as by an event loop.
    public static Rehearsal protocol(Supplier<? extends Protocol> factory) {
        return new Rehearsal(new Driven(factory));
    }

    /// The protocol is pumped as by a thread of its own, instead. It must close the connection when the peer has ended, as it
    /// does by default: the pump would wait for a sender to close it, and here is none.
    public Rehearsal pumped() {
        if (style instanceof Driven driven) {
            style = new Pumped(driven.factory);
        }
        return this;
    }

    // --- the script ---

    /// The peer sends this text in UTF-8, as one fragment.
    public Rehearsal receives(String text) {
        return receives(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The peer sends these bytes, as one fragment.
    public Rehearsal receives(byte... bytes) {
        if (bytes.length > 0) {
            steps.add(new Script.Receives(ByteBuffer.wrap(bytes.clone())));
        }
        return this;
    }

    /// Nothing happens for so long.
    public Rehearsal after(Duration time) {
        steps.add(new Script.Passes(time));
        return this;
    }

    /// The peer ends its side (half-close) and goes on reading.
    public Rehearsal ends() {
        steps.add(new Script.Ends());
        return this;
    }

    /// The peer resets the connection.
    public Rehearsal resets() {
        steps.add(new Script.Resets());
        return this;
    }

    /// From here on the peer takes nothing that we send.
    public Rehearsal stopsReading() {
        steps.add(new Script.StopsReading());
        return this;
    }

    /// The server begins to drain: [dev.polyserve.Connection#draining] is true, and input ends.
    public Rehearsal drains() {
        steps.add(new Script.Drains());
        return this;
    }

    /// The server stops.
    public Rehearsal stops() {
        steps.add(new Script.Stops());
        return this;
    }

    // --- how it is played ---

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

    /// Every fragment arrives in pieces of random lengths; the same seed gives the same ones.
    public Rehearsal inRandomPieces(long seed) {
        pieces = bytes -> randomPieces(bytes, new Random(seed));
        return this;
    }

    /// The peer takes at most so many bytes at once (short writes).
    public Rehearsal acceptsWrites(int bytesAtOnce) {
        if (bytesAtOnce < 1) {
            throw new IllegalArgumentException(
                    "a peer that takes " + bytesAtOnce + " bytes at once: use stopsReading()");
        }
        takesBytes = bytesAtOnce;
        return this;
    }

    /// Changes the server's options: limits and times.
    public Rehearsal options(UnaryOperator<Options> change) {
        options = change.apply(options);
        return this;
    }

    /// Plays the script to the end of the conversation.
    public Outcome run() {
        ManualClock clock = new ManualClock();
        Notes notes = new Notes();
        ServerContext context = new ServerContext(options, notes, clock, _ -> {
        });
        Script script = new Script(fragments());
        ScriptedPeer peer = new ScriptedPeer(script, clock, context, takesBytes);
        boolean outputEnded = switch (style) {
            case Sequential sequential -> runHandler(sequential.factory, peer, context, notes);
            case Driven driven -> runDriven(driven.factory, peer, context, notes);
            case Pumped pumped -> runPumped(pumped.factory, peer, context, notes);
        };
        return new RehearsalOutcome(peer.writes(), outputEnded, notes.cause(), notes.failures, notes.limits,
                clock.elapsed(),
                script.unheardBytes());
    }

    private static boolean runHandler(Supplier<? extends Handler> factory, ScriptedPeer peer, ServerContext context,
            Notes notes) {
        ScriptedWire wire = new ScriptedWire(peer);
        var conversation = new HandlerConversation(context, identity(), factory, wire);
        hold(conversation, peer, notes, conversation::run);
        return wire.outputEnded();
    }

    private static boolean runDriven(Supplier<? extends Protocol> factory, ScriptedPeer peer, ServerContext context,
            Notes notes) {
        ScriptedLoop loop = new ScriptedLoop(peer);
        var conversation = ProtocolConversation.driven(context, identity(), factory, loop);
        hold(conversation, peer, notes, () -> loop.run(conversation));
        return loop.outputEnded();
    }

    private static boolean runPumped(Supplier<? extends Protocol> factory, ScriptedPeer peer, ServerContext context,
            Notes notes) {
        ScriptedWire wire = new ScriptedWire(peer);
        var conversation = ProtocolConversation.pumped(context, identity(), factory, wire);
        hold(conversation, peer, notes, new ProtocolPump(conversation, wire)::run);
        return wire.outputEnded();
    }

    private static void hold(Conversation conversation, ScriptedPeer peer, Notes notes, Runnable body) {
        peer.serves(conversation);
        conversation.onDone(over -> notes.ended = over.outcome().orElseThrow());
        body.run();
    }

    private static Conversation.Identity identity() {
        return new Conversation.Identity(1, PEER, LOCAL, new Endpoint.Tcp("192.0.2.2", LOCAL.getPort()));
    }

    private List<Script.Step> fragments() {
        List<Script.Step> played = new ArrayList<>();
        for (Script.Step step : steps) {
            if (step instanceof Script.Receives fragment) {
                pieces.of(fragment.bytes().array())
                        .forEach(piece -> played.add(new Script.Receives(ByteBuffer.wrap(piece))));
            } else {
                played.add(step);
            }
        }
        return played;
    }

    /// Cuts bytes into pieces of random lengths, many of them short.
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

    /// How a fragment arrives.
    @FunctionalInterface
    private interface Pieces {
        List<byte[]> of(byte[] bytes);
    }

    /// Writes down what is reported.
    private static final class Notes implements ServerListener {
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
                throw new IllegalStateException("the conversation did not come to its end");
            }
            return ended;
        }
    }
}
