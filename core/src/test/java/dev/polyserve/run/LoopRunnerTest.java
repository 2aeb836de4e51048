package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ChannelSocketProvider;
import dev.polyserve.io.ScriptedSocket;
import dev.polyserve.io.Pollable;
import dev.polyserve.loop.FakeMultiplexer;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a runner with event loops is created, and which conversations it begins.
@Timeout(20)
class LoopRunnerTest {
    private static final Endpoint ENDPOINT = Endpoint.parse("tcp://127.0.0.1:0");

    @Test
    void noMultiplexerStaysOpenWhenALaterOneCannotBeOpened() {
        List<FakeMultiplexer> opened = new ArrayList<>();
        assertThatThrownBy(() -> LoopRunner.multiplexers(4, false, _ -> {
            if (opened.size() == 2) {
                throw new IOException("Too many open files");
            }
            opened.add(new FakeMultiplexer());
            return opened.getLast();
        })).hasMessage("only 2 of 4 event loops can be opened: Too many open files; choose fewer loops");
        assertThat(opened).hasSize(2).allMatch(FakeMultiplexer::closed);
    }

    @Test
    void aConversationThatHasEndedIsNotWatchedByItsNumber() throws Exception {
        WaitingMultiplexer multiplexer = new WaitingMultiplexer();
        ScriptedSocket socket = new ScriptedSocket();
        Protocol silent = (_, _) -> {
        };
        Options options = Options.defaults();
        Runner runner = LoopRunner.open(1,
                new SocketBackend(_ -> multiplexer, new ChannelSocketProvider(), false),
                new ServerProvider.Setup(List.of(ENDPOINT), Model.nio(1), new ServerProvider.Events(() -> silent), null,
                        options, null, List.of(), List.of(), List.of(), null),
                new ServerContext(options, new ServerListener() {}, NanoClock.SYSTEM, _ -> {
                }));
        Runner.Prepared ended = runner.prepare(socket,
                new Conversation.Identity(1, socket.peer(), socket.local(), ENDPOINT));
        ended.conversation().abort();
        ended.begin();
        runner.start(_ -> {
        });
        // Twice: a turn performs the requests that end conversations after its tasks.
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Boolean> turn = new CompletableFuture<>();
            runner.loops().getFirst().post(() -> turn.complete(true));
            assertThat(turn.get(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(socket.calls).containsExactly("close");
        assertThat(multiplexer.watched.get()).isZero();
        runner.stop();
    }

    /// Blocks, but reports no source as ready.
    private static final class WaitingMultiplexer extends FakeMultiplexer {
        private final AtomicInteger watched = new AtomicInteger();
        private final Semaphore woken = new Semaphore(0);

        @Override
        public Watch watch(Pollable source, int wanted, Ready ready) {
            watched.incrementAndGet();
            return super.watch(source, wanted, ready);
        }

        @Override
        public void await(long atMostNanos) throws IOException {
            try {
                boolean _ = woken.tryAcquire(atMostNanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void wakeup() {
            woken.release();
        }
    }
}
