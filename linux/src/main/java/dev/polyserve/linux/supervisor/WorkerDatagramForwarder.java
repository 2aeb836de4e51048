package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.run.ProxiedAddresses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The supervisor's datagram handler: it has each datagram answered by a worker, and sends the reply. [#verify] runs
/// here, so that what the handler counts for each source covers all workers.
///
/// **Thread**: any but the supervisor's loop, because it waits; [#verify] only on the loop.
public final class WorkerDatagramForwarder implements DatagramHandler {
    /// The time that a worker may take to start and to answer.
    private static final long MOST_SECONDS = 60;

    private final CompletableFuture<ProcessPerConnectionRunner> runner = new CompletableFuture<>();
    private final DatagramHandler handler;

    /// Creates a handler for a runner that is set later.
    ///
    /// @param handler the program's handler
    public WorkerDatagramForwarder(DatagramHandler handler) {
        this.handler = handler;
    }

    /// Sets the runner that owns the workers.
    void asks(ProcessPerConnectionRunner ofTheServer) {
        runner.complete(ofTheServer);
    }

    @Override
    public boolean verify(Datagram request) throws Exception {
        return handler.verify(request);
    }

    @Override
    public void handle(Datagram request, DatagramReply reply) throws Exception {
        Exchange exchange = new Exchange(runner.join(), request);
        exchange.begin();
        WorkerEventMessage.DatagramAnswered answer;
        try {
            answer = exchange.answer.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? "no reason" : cause.getMessage(), e);
        } catch (TimeoutException e) {
            exchange.giveUp();
            throw new IOException("no worker process has answered the datagram within " + MOST_SECONDS + " s", e);
        }
        if (answer.failure().isPresent()) {
            throw answer.failure().get().asThrowable();
        }
        Optional<ByteBuffer> bytes = answer.reply();
        if (bytes.isPresent()) {
            reply.writeEmpty();
            reply.write(bytes.get());
        }
    }

    /// One datagram on its way to a worker and back. **Thread**: the supervisor's loop.
    private static final class Exchange implements PendingWorkerAssignment, Worker.Assignment {
        final CompletableFuture<WorkerEventMessage.DatagramAnswered> answer = new CompletableFuture<>();
        private final ProcessPerConnectionRunner runner;
        private final Datagram request;
        private Optional<Worker> worker = Optional.empty();

        Exchange(ProcessPerConnectionRunner runner, Datagram request) {
            this.runner = runner;
            this.request = request;
        }

        void begin() {
            runner.loop().post(() -> runner.submit(this));
        }

        void giveUp() {
            runner.loop().post(() -> {
                runner.withdraw(this);
                worker.ifPresent(serving -> runner.kill(serving, "it did not answer a datagram"));
            });
        }

        @Override
        public void assign(Worker to) {
            worker = Optional.of(to);
            long number = runner.nextDatagram();
            to.serves(number, this);
            to.command(command(number));
        }

        private WorkerCommand.AnswerDatagram command(long number) {
            return request.proxied().orElse(null) instanceof ProxiedAddresses proxied
                    ? new WorkerCommand.AnswerDatagram(number, proxied.sender(), proxied.receiver(),
                            Optional.of(proxied.header()), request.truncated(), request.payload())
                    : new WorkerCommand.AnswerDatagram(number, request.peer(), request.local(), Optional.empty(),
                            request.truncated(), request.payload());
        }

        @Override
        public boolean isOver() {
            return answer.isDone();
        }

        @Override
        public void told(WorkerEventMessage event) {
            if (event instanceof WorkerEventMessage.DatagramAnswered answered) {
                worker.ifPresent(runner::spent);
                answer.complete(answered);
            }
        }

        @Override
        public void lost(IOException why) {
            answer.completeExceptionally(why);
        }
    }
}
