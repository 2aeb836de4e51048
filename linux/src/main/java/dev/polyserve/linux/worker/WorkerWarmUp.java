package dev.polyserve.linux.worker;

import dev.polyserve.Cause;
import dev.polyserve.Endpoint;
import dev.polyserve.Framing;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.ReceivedConnectionsListener;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.run.BlockingRunner;
import dev.polyserve.run.SocketBackend;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One short conversation of a worker with itself, before a worker for a single connection reports that it is ready.
/// One-time work, such as loading classes and linking system calls, then does not delay a client. The program's own
/// handler is not called.
final class WorkerWarmUp {
    private static final Endpoint NOWHERE = Endpoint.parse("unix:/rehearsal");
    private static final long MOST_SECONDS = 5;
    private static final byte[] LINE = {'x', '\n'};

    private WorkerWarmUp() {}

    /// Runs the conversation, in the style of this setup. **Thread**: the worker's first one.
    static void hold(ServerProvider.Setup setup) throws IOException {
        switch (setup.streams()) {
            case ServerProvider.Sequential _ -> hold(setup.model(),
                    new ServerProvider.Sequential(() -> c -> c.writeLine(String.valueOf(c.readLine()))));
            case ServerProvider.Events _ -> hold(setup.model(), new ServerProvider.Events(Echo::new));
            case ServerProvider.Messages<?> _ -> hold(setup.model(), new ServerProvider.Messages<>(Framing.lines(),
                    () -> (line, client) -> client.writeLine(line), 1, true));
            case ServerProvider.Commands _ -> throw new IllegalStateException("commands have no workers");
            case null -> {
                // Only datagrams: no connection can come.
            }
        }
    }

    private static void hold(Model model, ServerProvider.Streams streams) throws IOException {
        var silent = new ServerListener() {};
        Options options = Options.defaults();
        ServerContext context = new ServerContext(options, silent, NanoClock.SYSTEM, _ -> {});
        Runner runner = BlockingRunner.iterative(
                new SocketBackend(_ -> new EpollMultiplexer(), new ReceivedConnectionsProvider(List.of()), true),
                new ServerProvider.Setup(List.of(NOWHERE), model, streams, null, options, null, List.of(), List.of(),
                        List.of(), silent),
                context);
        runner.start(_ -> {});
        try {
            converse(runner);
        } finally {
            runner.stop();
        }
    }

    private static void converse(Runner runner) throws IOException {
        SystemCallMemory memory = SystemCallMemory.forTransfers();
        long pair = SocketCalls.socketPair(memory, SocketCalls.STREAM);
        if (pair < 0) {
            throw new SystemCallException("socketpair", pair);
        }
        Descriptor there = new Descriptor((int) (pair >>> Integer.SIZE));
        ReceivedConnectionsListener listener = ReceivedConnectionsListener.open(NOWHERE, UnixDomainSocketAddress.of(""),
                () -> {});
        try {
            listener.take((int) pair);
            StreamSocket socket = Objects.requireNonNull(listener.accept());
            memory.copyFrom(ByteBuffer.wrap(LINE), LINE.length);
            SystemCallException.require("send", SocketCalls.send(memory, there.number(), LINE.length));
            there.close();
            var over = new CompletableFuture<@Nullable Void>();
            runner.loops().getFirst().post(() -> {
                Runner.Prepared prepared = runner.prepare(socket,
                        new Conversation.Identity(0, socket.control().ends(), NOWHERE));
                prepared.conversation().onDone(_ -> over.complete(null));
                prepared.begin();
            });
            over.completeOnTimeout(null, MOST_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            there.close();
            listener.close();
        }
    }

    private static final class Echo implements Protocol {
        @Override
        public void received(Input input, Output output) throws IOException {
            output.write(input.takeAll());
        }

        @Override
        public void ended(Output output) throws IOException {
            output.close();
        }

        @Override
        public void closed(Cause cause) {
            // The warm-up needs no cleanup.
        }
    }
}
