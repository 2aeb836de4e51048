package dev.polyserve.linux.supervisor;

import dev.polyserve.Tls;
import dev.polyserve.conversation.WorkerCertificateExchange;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Gives the workers other certificates, whose private keys this process does not read.
///
/// ```
///   refuse ─▶ CheckTls to each worker ─▶ the first answer ─▶ no problem: ReplaceTls to each, and to each new one
///                                                          └─ a problem: nothing is changed
/// ```
///
/// **Thread**: [#refuse] any; the rest, the supervisor's loop.
final class WorkerCertificateReplacement implements WorkerCertificateExchange {
    private static final long CHECK_SECONDS = 10;

    private final EventLoop loop;
    private final WorkerPool workerPool;
    private final Map<Long, Check> checks = new HashMap<>();
    private long lastCheck;
    private Optional<WorkerCommand.ReplaceTls> replaced = Optional.empty();

    /// What was asked, and the wait for the answer.
    private record Check(Tls tls, CompletableFuture<Optional<String>> answer) {}

    WorkerCertificateReplacement(EventLoop loop, WorkerPool workerPool) {
        this.loop = loop;
        this.workerPool = workerPool;
    }

    @Override
    public Optional<String> refuse(Tls other) throws IOException {
        Check check = new Check(other, new CompletableFuture<>());
        if (Thread.currentThread().equals(loop.thread())) {
            // A listener of the server, for which the loop must not wait: what is wrong is in the log.
            begin(check);
            return Optional.empty();
        }
        loop.post(() -> begin(check));
        try {
            return check.answer.get(CHECK_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            boolean _ = check.answer.cancel(false);
            throw new IOException("no worker process has read the certificates within " + CHECK_SECONDS
                    + " s: try it again", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("it is completed normally", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a worker process read the certificates", e);
        }
    }

    private void begin(Check check) {
        loop.assertOwner();
        // One that starts answers later.
        List<Worker> asked = in(Worker.State.SERVING, Worker.State.BOOTING);
        if (asked.isEmpty()) {
            // New ones read them.
            end(check, Optional.empty());
            return;
        }
        lastCheck++;
        checks.put(lastCheck, check);
        Optional<ByteBuffer> selfSigned = check.tls.isSelfSigned() ? SelfSignedCertificate.encoded() : Optional.empty();
        for (Worker worker : asked) {
            selfSigned.ifPresent(encoded -> worker.command(new WorkerCommand.TakeSelfSigned(encoded)));
            worker.command(new WorkerCommand.CheckTls(lastCheck, check.tls));
        }
    }

    private List<Worker> in(Worker.State... states) {
        return workerPool.all().stream().filter(worker -> List.of(states).contains(worker.state)).toList();
    }

    /// A worker has answered a check.
    void checked(WorkerEventMessage.TlsChecked outcome) {
        loop.assertOwner();
        if (outcome.number() == 0) {
            cannotStart(outcome.problem());
            return;
        }
        Check check = checks.remove(outcome.number());
        if (check != null) {
            end(check, outcome.problem());
        }
    }

    /// A worker cannot use the files with which the program starts. While none serves, that is the answer.
    private void cannotStart(Optional<String> problem) {
        if (in(Worker.State.SERVING).isEmpty()) {
            checks.values().forEach(check -> end(check, problem));
            checks.clear();
        }
    }

    private void end(Check check, Optional<String> problem) {
        if (check.answer.isDone()) {
            return; // too late
        }
        if (problem.isEmpty()) {
            WorkerCommand.ReplaceTls command = new WorkerCommand.ReplaceTls(check.tls);
            replaced = Optional.of(command);
            workerPool.all().forEach(worker -> worker.command(command));
        }
        boolean _ = check.answer.complete(problem);
    }

    /// The certificates of a new worker; empty when they are those with which its program starts.
    Optional<WorkerCommand.ReplaceTls> replaced() {
        loop.assertOwner();
        return replaced;
    }
}
