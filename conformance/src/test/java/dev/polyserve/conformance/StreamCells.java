package dev.polyserve.conformance;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The cells of the contract of stream handlers, and the selection that a build runs.
///
/// A build runs a pairwise selection, so that a new style, transport or model adds few cells. `-Dfull` runs all cells,
/// `-Dquick` each model once. `-Dpolyserve.conformance.cells=WORD` runs the cells with that word in their names.
///
/// **Thread**: any.
final class StreamCells {
    /// Without `-Dfull`, no more spare workers than a server needs: most tests end before one of two is used.
    static final Workers SPARE = TestScope.current() == TestScope.FULL
            ? Workers.defaults()
            : Workers.defaults().withSpare(1, 1);
    private static final Model NIO_2 = Model.nio(2);
    private static final Model EPOLL_2 = Model.epoll(2);
    private static final Model EPOLL_ET_2 = Model.epollEt(2);
    private static final Model IO_URING_2 = Model.ioUring(2);
    static final List<Model> PORTABLE = List.of(Model.auto(), Model.iterative(), Model.thread(), Model.threadPool(4),
            Model.virtual(), Model.nio(), NIO_2);
    static final List<Model> LINUX = List.of(Model.epoll(), EPOLL_2, Model.epollEt(),
            EPOLL_ET_2, Model.poll(), Model.select(), Model.polling());
    static final List<Model> RING = List.of(Model.ioUring(), IO_URING_2);
    private static final List<Model> OF_TWO_LOOPS = List.of(NIO_2, EPOLL_2, EPOLL_ET_2, IO_URING_2);
    private static final List<Model> OF_THREADS = List.of(Model.iterative(), Model.thread(), Model.threadPool(4),
            Model.virtual());
    private static final List<Model> OF_LOOPS = List.of(Model.nio(), Model.epoll(), Model.epollEt(),
            Model.poll(), Model.ioUring());
    private static final List<Model> OF_PROCESSES = List.of(Model.process(4, SPARE),
            Model.processPool(2, Model.iterative()), Model.processPool(1, Model.thread()),
            Model.processPool(1, Model.virtual()), Model.processPool(1, Model.epoll()));

    private static final String CELLS = "polyserve.conformance.cells";
    private static final List<Configuration> ALL = all();

    private StreamCells() {}

    /// The environment of a server: how it waits, and where its handlers run.
    enum Environment {
        /// The default environment of a program.
        USUAL,
        /// A thread model over descriptors instead of the JDK's channels.
        DESCRIPTORS,
        /// A JVM without `--add-opens`, so that no thread is lent to coroutines.
        WITHOUT_THE_FLAG,
        /// Worker processes.
        WORKERS
    }

    /// A cell in an environment.
    record Configuration(Environment environment, ContractCell cell) {
        /// The name of the model of the handlers; with worker processes, of the inner model.
        String running() {
            return cell.execution().inner().<Model>map(inner -> inner).orElse(cell.model()).id();
        }

    }

    /// The cells of these models that this build runs in the default environment.
    static List<ContractCell> of(List<Model> models) {
        return usual(chosen(), models);
    }

    /// Those of the configurations that have one of these models in the default environment.
    static List<ContractCell> usual(List<Configuration> configurations, List<Model> models) {
        return cells(configurations, Environment.USUAL).stream().filter(cell -> models.contains(cell.model())).toList();
    }

    static boolean hasTwoLoops(ContractCell cell) {
        return OF_TWO_LOOPS.contains(cell.model());
    }

    /// The cells that this build runs in an environment.
    static List<ContractCell> in(Environment environment) {
        return cells(chosen(), environment);
    }

    /// Those of the configurations in an environment.
    static List<ContractCell> cells(List<Configuration> configurations, Environment environment) {
        return cells(configurations.stream().filter(one -> one.environment() == environment).toList());
    }

    private static List<ContractCell> cells(List<Configuration> configurations) {
        return configurations.stream().map(Configuration::cell).toList();
    }

    /// Whether a property selects the cells by a word.
    static boolean areSelectedByWord() {
        return System.getProperty(CELLS) != null;
    }

    private static List<Configuration> chosen() {
        return Chosen.BY_THIS_BUILD;
    }

    /// Selected once. A worker process looks for its cell among all, because it would spend most of its start on the
    /// selection.
    private static final class Chosen {
        private static final List<Configuration> BY_THIS_BUILD = Server.isWorker() ? ALL : select();

        private static List<Configuration> select() {
            String word = System.getProperty(CELLS);
            return word == null
                    ? chosen(TestScope.current())
                    : ALL.stream().filter(one -> one.cell().toString().contains(word)).toList();
        }
    }

    /// The selection of the given size.
    static List<Configuration> chosen(TestScope scope) {
        return switch (scope) {
            case FULL -> ALL;
            case USUAL -> CoveringArray.chooseInTurn(usuallyInTurn(), factors(), 2);
            case QUICK -> CoveringArray.choose(
                    ALL.stream().filter(one -> one.environment() == Environment.USUAL).toList(),
                    List.of(one -> one.cell().model().id(), one -> one.cell().style(), one -> one.cell().transport()),
                    1);
        };
    }

    /// Those in the default environment first, so that each model meets each style and transport there, and those over TLS
    /// last.
    private static List<List<Configuration>> usuallyInTurn() {
        List<List<Configuration>> inTurn = new ArrayList<>();
        for (boolean usual : new boolean[]{true, false}) {
            for (boolean overTls : new boolean[]{false, true}) {
                inTurn.add(ALL.stream().filter(one -> (one.environment() == Environment.USUAL) == usual
                        && one.cell().isTls() == overTls).toList());
            }
        }
        return inTurn;
    }

    static List<Function<Configuration, Object>> factors() {
        return List.of(Configuration::environment, Configuration::running, one -> hasTwoLoops(one.cell()),
                one -> one.cell().style(), one -> one.cell().transport());
    }

    private static List<Configuration> all() {
        List<Configuration> all = new ArrayList<>();
        for (List<Model> models : List.of(PORTABLE, LINUX, RING)) {
            all.addAll(in(Environment.USUAL, models));
        }
        all.addAll(in(Environment.DESCRIPTORS, OF_THREADS));
        // Protocols have no coroutines, with or without the flag.
        in(Environment.WITHOUT_THE_FLAG, OF_LOOPS).stream().filter(one -> one.cell().style() != HandlerStyle.PROTOCOL)
                .forEach(all::add);
        all.addAll(in(Environment.WORKERS, OF_PROCESSES));
        return List.copyOf(all);
    }

    private static List<Configuration> in(Environment environment, List<Model> models) {
        return ContractCell.streams(models.toArray(Model[]::new)).stream()
                .map(cell -> new Configuration(environment, cell))
                .toList();
    }
}
