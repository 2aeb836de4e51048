package dev.polyserve.cli;

import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.cli.control.ControlSocket;
import dev.polyserve.admin.AdministeredServer;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.operation.IdleExit;
import dev.polyserve.cli.operation.HotRestart;
import dev.polyserve.cli.operation.RestartRefusedException;
import dev.polyserve.cli.proxy.Upstreams;
import dev.polyserve.cli.services.BuiltInService;
import dev.polyserve.cli.text.Units;
import dev.polyserve.linux.activation.SdNotify;
import dev.polyserve.linux.activation.SystemdWatchdog;
import dev.polyserve.linux.process.ControllingTerminal;
import dev.polyserve.linux.process.ExitDeadline;
import dev.polyserve.linux.restart.RestartPredecessor;
import dev.polyserve.linux.worker.WorkerSignalHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Controls one server from start to exit, as signals and requests on the control socket ask.
///
/// ```
///  starting --live--> serving --TERM, INT, no listener left--> draining --all ended, deadline--> over
///     \--TERM, INT (noted)--/                   \--a second TERM, INT--> ending now --> over
/// ```
///
/// **Thread**: [#live] runs on the command's thread; the actions of [#signals] run on any thread.
final class ServerController implements ServerListener, AdministeredServer, AutoCloseable {
    private static final int FAILED = 1;
    private static final Duration NO_DEADLINE = Duration.ofDays(36_500);
    private static final Duration TERMINAL_CHECK_INTERVAL = Duration.ofSeconds(1);
    /// How long after its deadline the server may take to end; connections that still hang then are abandoned.
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// The same after a second signal.
    private static final long END_NOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ConsoleLog log;
    private final ServePlan plan;
    private final @Nullable Supplier<ServeSettings> configuration;
    private final List<String> words;
    private final Upstreams upstreams;
    private final SdNotify manager;
    private final HotRestart restart;
    private final ControllingTerminal terminal = ControllingTerminal.ofThisProcess();
    private final AtomicInteger connectionsOver = new AtomicInteger();
    private final AtomicInteger endSignals = new AtomicInteger();
    private final AtomicInteger listenersDown = new AtomicInteger();
    /// True from a reload request until a thread starts reading the configuration again.
    private final AtomicBoolean reloads = new AtomicBoolean();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExitDeadline exitDeadline = ExitDeadline.start();
    private volatile @Nullable Server server;
    private volatile ServeSettings settings;
    private volatile Duration drainTimeout;
    private volatile String ready = "";
    private volatile @Nullable DrainReport report;
    private volatile Consumer<Runnable> whenReplaced = Runnable::run;
    /// The process id of the new program after a restart; 0 before.
    private volatile int successor;

    /// @param settings the current settings
    /// @param configuration reads the settings again; null without a configuration file
    /// @param words the service and its arguments
    /// @param manager the service manager, which is notified of state changes
    /// @param restart starts a new program in place of this one
    ServerController(ConsoleLog log, ServePlan plan, ServeSettings settings,
            @Nullable Supplier<ServeSettings> configuration,
            List<String> words, SdNotify manager, HotRestart restart) {
        this.manager = manager;
        this.restart = restart;
        this.log = log;
        this.plan = plan;
        this.settings = settings;
        this.configuration = configuration;
        this.words = words;
        this.upstreams = new Upstreams(plan.proxy());
        this.drainTimeout = plan.options().timeouts().drain();
    }

    /// The actions of the signals. Outside process-pool, TTIN and TTOU keep their default action, which stops a
    /// background job; a worker ignores them. A worker reports TERM and INT to its supervisor, reads the upstreams of a proxy
    /// again on HUP, and ignores the other signals, which concern the server.
    Map<String, Runnable> signals() {
        if (Server.isWorker()) {
            return workerSignals();
        }
        Map<String, Runnable> actions = new HashMap<>(Map.of("TERM", this::end, "INT", this::end, "HUP", this::hangup,
                "USR1", this::status, "USR2", this::restartAsSignalled));
        if (ModelDefinition.of(plan.model()).execution().inner().isPresent()) {
            actions.put("TTIN", () -> addWorkers(1));
            actions.put("TTOU", () -> addWorkers(-1));
        }
        return actions;
    }

    private Map<String, Runnable> workerSignals() {
        Map<String, Runnable> actions = new HashMap<>();
        for (String ends : List.of("TERM", "INT")) {
            actions.put(ends, () -> WorkerSignalHandler.endRequested(ends));
        }
        actions.put("HUP", this::reloadUpstreams);
        for (String concernsServer : List.of("USR1", "USR2")) {
            actions.put(concernsServer, () -> {
            });
        }
        return actions;
    }

    /// Waits until a signal or an interrupt of this thread ends the server, and drains it.
    ///
    /// @param status one line for the service manager
    int live(Server started, String status) {
        server = started;
        ready(status);
        Optional<SystemdWatchdog> watchdog = SystemdWatchdog.start(started, manager);
        try {
            ending.await();
        } catch (InterruptedException e) {
            end();
        }
        exitDeadline.within(endNanos());
        if (successor == 0) {
            manager.stopping("draining " + started.stats().active() + " connections");
        }
        try {
            drain(started);
        } catch (InterruptedException e) {
            started.close();
        } finally {
            over.countDown();
            watchdog.ifPresent(SystemdWatchdog::close);
        }
        return listenersDown.get() < started.endpoints().size() ? 0 : FAILED;
    }

    /// Ends the server when its last listener has failed: without listeners it would only seem to run.
    @Override
    public void listenerDown(Endpoint endpoint, Throwable error) {
        Server running = server;
        int all = running == null ? plan.endpoints().size() : running.endpoints().size();
        if (listenersDown.incrementAndGet() == all) {
            log.log(System.Logger.Level.ERROR, "all listeners have failed, so the server ends", null, "event",
                    "listeners-down");
            beginEnd();
        }
    }

    /// Checks once a second whether the terminal from which the server was started is still open.
    void watchTerminal(ServerBuilder builder) {
        if (terminal.isOpen() && !Server.isWorker()) {
            builder.every(TERMINAL_CHECK_INTERVAL, this::checkTerminal);
        }
    }

    /// Ends the server when it has been idle for the configured time.
    void watchIdleness(ServerBuilder builder) {
        plan.operation().exitIdle().ifPresent(limit -> {
            IdleExit idle = new IdleExit(limit, () -> {
                log.info("the server was idle for " + Units.written(limit) + ", so it ends", "event", "idle");
                beginEnd();
            });
            builder.every(idle.period(), () -> {
                Server running = server;
                if (running != null && ending.getCount() > 0) {
                    idle.check(running.stats());
                }
            });
        });
    }

    /// Ends the server after its last connection when it serves only inherited connections.
    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        connectionOver();
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        connectionOver();
    }

    private void connectionOver() {
        if (connectionsOver.incrementAndGet() == plan.inheritance().onlyConnections()) {
            beginEnd();
        }
    }

    private void drain(Server started) throws InterruptedException {
        long open = started.stats().active();
        if (open > 0) {
            log.info("draining: " + open + " connections have up to " + Units.written(drainTimeout) + " to finish"
                    + " (a second signal ends them now)", "event", "draining", "connections", open);
        }
        DrainReport drained = started.drain(drainTimeout);
        report = drained;
        log.info(
                "drained in " + Units.shown(drained.took()) + ": " + drained.finished()
                        + " connections finished, "
                        + drained.aborted() + " were cut off",
                "event", "drained", "finished", drained.finished(),
                "aborted", drained.aborted(), "millis", drained.took().toMillis());
    }

    /// The first signal starts draining, the second ends the server at once. The exit deadline is set first: it needs
    /// no memory and no other thread.
    private void end() {
        if (endSignals.incrementAndGet() == 1) {
            drainAndEnd();
        } else {
            exitDeadline.within(END_NOW_NANOS);
            endNow();
        }
    }

    private void drainAndEnd() {
        exitDeadline.within(endNanos());
        beginEnd();
    }

    private long endNanos() {
        Duration drain = drainTimeout;
        return drain.compareTo(NO_DEADLINE) < 0 ? drain.toNanos() + END_NANOS : Long.MAX_VALUE;
    }

    /// When the terminal was closed, HUP ends the server, as it ends other programs there; otherwise it asks for a
    /// reload.
    private void hangup() {
        if (terminal.hangup()) {
            endWithTerminal();
        } else {
            reload();
        }
    }

    private void checkTerminal() {
        if (terminal.look()) {
            endWithTerminal();
        }
    }

    private void endWithTerminal() {
        if (endSignals.compareAndSet(0, 1)) {
            log.info("the terminal was closed, so the server ends", "event", "terminal-closed");
            drainAndEnd();
        }
    }

    /// Lets [#live] end the server. Restarts are refused from now on, and one in progress is called off.
    private void beginEnd() {
        try {
            restart.end();
        } catch (IOException e) {
            log.warn("the new program cannot be ended: " + e.getMessage(), e, "event", "restart-not-cancelled");
        } finally {
            ending.countDown();
        }
    }

    // --- the control socket ---

    /// Binds the socket for that, if one was asked for.
    @Nullable ControlSocket control() throws IOException {
        Optional<Path> path = plan.operation().control();
        if (path.isEmpty() || Server.isWorker()) {
            return null;
        }
        return restart.predecessor().isPresent()
                ? ControlSocket.bindBeside(path.get(), this)
                : ControlSocket.bind(path.get(), this);
    }

    /// The server serves: what finds the control socket, or the pid file that is written next, may ask for a restart at once.
    void serves(Server started) {
        server = started;
    }

    /// Those of a proxy. **Thread**: any.
    Upstreams upstreams() {
        return upstreams;
    }

    /// Sets what frees what only one program can have, once another program has replaced this one; it runs the task that it
    /// is given when that is free. **Thread**: any.
    void whenReplaced(Consumer<Runnable> frees) {
        whenReplaced = frees;
    }

    private void releaseSuccessor() {
        try {
            restart.release();
        } catch (IOException e) {
            log.warn("the new program (process " + successor + ") learns only from the end of this one that the admin"
                    + " endpoint is free: " + e.getMessage(), e, "event", "release-failed");
        }
    }

    @Override
    public Server server() {
        return Objects.requireNonNull(server, "the control socket is open before the server is set");
    }

    @Override
    public String service() {
        return plan.service().id();
    }

    @Override
    public int generation() {
        return restart.predecessor().map(RestartPredecessor::generation).orElse(0);
    }

    @Override
    public DrainReport drain() throws InterruptedException {
        beginEnd();
        over.await();
        DrainReport drained = report;
        return drained == null ? new DrainReport(0, 0, Duration.ZERO) : drained;
    }

    @Override
    public String restart() throws IOException {
        restart.requirePossible();
        if (server == null) {
            throw new IOException("this program is not ready yet");
        }
        if (!plan.inheritance().found().isEmpty()) {
            throw new IOException("its sockets are inherited: restart it with the service manager that passed them,"
                    + " for example with systemctl restart; clients wait in the kernel meanwhile");
        }
        int pid = restart.start(server());
        successor = pid;
        String sentence = "process " + pid + " has replaced process " + ProcessHandle.current().pid();
        manager.replacedBy(pid, sentence);
        whenReplaced.accept(this::releaseSuccessor);
        log.info(sentence, "event", "restarted", "newPid", pid);
        beginEnd();
        return sentence;
    }

    private void restartAsSignalled() {
        try {
            restart();
        } catch (RestartRefusedException e) {
            log.warn("no restart: " + e.getMessage(), e, "event", "restart-refused");
        } catch (IOException e) {
            log.warn("the restart failed, so this program continues: " + e.getMessage(), e, "event", "restart-failed");
        }
    }

    private void endNow() {
        Server running = server;
        try {
            if (running != null) {
                running.drain(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        upstreams.close();
        exitDeadline.close();
    }

    private void status() {
        Server running = server;
        if (running != null) {
            StatusDump.write(log, plan.service().id(), running);
        }
    }

    private void addWorkers(int more) {
        Server running = server;
        if (running == null) {
            return;
        }
        log.answer("a signal has changed the maximum number of worker processes to " + running.addWorkers(more),
                "event",
                "workers-changed");
    }

    /// Reads the configuration again. Requests that arrive while one is pending count as the same request; a request
    /// before the server is ready is deferred.
    private void reload() {
        if (!reloads.compareAndSet(false, true)) {
            return;
        }
        synchronized (this) {
            if (ready.isEmpty()) {
                return;
            }
            reloads.set(false);
            manager.reloading();
            reloadSettings();
            manager.ready(ready);
        }
    }

    /// Marks the server as ready, and handles a deferred reload.
    private void ready(String status) {
        boolean asked;
        synchronized (this) {
            ready = status;
            manager.ready(status);
            asked = reloads.getAndSet(false);
        }
        if (asked) {
            reload();
        }
    }

    /// Reads the configuration again, and applies all of it or nothing.
    private void reloadSettings() {
        try {
            if (configuration != null) {
                ServeSettings read = configuration.get();
                apply(read, ServePlan.of(words, read));
            } else if (plan.tls().isPresent()) {
                takeCertificates(ServePlan.of(words, settings));
                log.info("the certificates were read again", "event", "reloaded");
            } else {
                log.info("there is no configuration file to read again; use --config FILE");
            }
        } catch (ExitException e) {
            log.warn("the configuration is unchanged: " + e.getMessage(), e, "event", "reload-failed");
        }
    }

    /// Reads the files of certificates and keys, also when they are named as before.
    ///
    /// @throws ExitException when they cannot be used; nothing is changed then
    private void takeCertificates(ServePlan wanted) {
        Server running = server;
        if (running == null || wanted.tls().isEmpty() || plan.tls().isEmpty()) {
            return;
        }
        try {
            running.replaceTls(wanted.tls().get());
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private void apply(ServeSettings read, ServePlan wanted) {
        takeCertificates(wanted);
        Set<ServeSetting> changed = read.differentFrom(settings);
        log.configure(wanted.logFormat(), wanted.quiet());
        drainTimeout = wanted.options().timeouts().drain();
        Server running = server;
        if (running != null) {
            // Settings that cannot change at run time keep their values, and are listed below.
            running.reconfigure(now -> wanted.options().withSockets(_ -> now.sockets())
                    .withLimits(limits -> limits.withQueue(now.limits().queue()))
                    .withTimeouts(times -> times.withSpin(now.timeouts().spin())
                            .withHandOff(now.timeouts().handOff())));
        }
        upstreams.apply(wanted.proxy());
        if (running != null && wanted.service() == BuiltInService.PROXY) {
            WorkerUpstreamReload.request(running::workers, log);
        }
        settings = read.orElse(new ServeSettings());
        // Behind a bound endpoint, only the networks of its load balancers have changed.
        boolean sameEndpoints = wanted.endpoints().equals(plan.endpoints());
        Predicate<ServeSetting> atOnce = setting -> setting.whileRunning()
                || (setting == ServeSetting.LISTEN && sameEndpoints);
        String now = names(changed, atOnce);
        String later = names(changed, atOnce.negate());
        log.info("the configuration was reloaded" + (now.isEmpty() ? "" : ", changed: " + now), "event",
                "reloaded",
                "changed", now);
        if (!later.isEmpty()) {
            log.warn("these changed settings take effect after a restart: " + later, null, "event", "restart-needed",
                    "settings",
                    later);
        }
    }

    /// In a worker: the supervisor, which has checked the configuration, applies everything else.
    private synchronized void reloadUpstreams() {
        if (configuration == null || plan.service() != BuiltInService.PROXY) {
            return;
        }
        try {
            upstreams.apply(ServePlan.of(words, configuration.get()).proxy());
        } catch (ExitException e) {
            log.warn("the upstreams of this worker are unchanged: " + e.getMessage(), e, "event", "reload-failed");
        }
    }

    private static String names(Set<ServeSetting> settings, Predicate<ServeSetting> which) {
        return settings.stream().filter(which).map(ServeSetting::key)
                .collect(Collectors.collectingAndThen(Collectors.toCollection(TreeSet::new),
                        names -> String.join(", ", names)));
    }
}
