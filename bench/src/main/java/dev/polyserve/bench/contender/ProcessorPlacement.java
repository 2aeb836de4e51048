package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which processors contenders and the generator run on, so that neither takes the other's.
///
/// A JVM that is placed sees only its processors, so that the number of its threads follows.
///
/// **Thread**: any; placements are values.
public sealed interface ProcessorPlacement {
    /// In words, for results and readers.
    String describe();

    /// How many processors a contender has.
    int contenderProcessors();

    /// How many processors the generator has.
    int generatorProcessors();

    /// What stands before a contender's command.
    List<String> before();

    /// Contenders and generator keep to their processors.
    ///
    /// @param contender the contenders', one contender at a time
    /// @param generator the generator's
    /// @param taskset the program that places
    record Pinned(Processors contender, Processors generator, String taskset) implements ProcessorPlacement {
        @Override
        public String describe() {
            if (contender.equals(generator)) {
                return "contender and generator share " + contender.inWords() + ", so each slows the other";
            }
            return "contender on " + contender.inWords() + ", generator on " + generator.inWords()
                    + (ProcessorTopology.sameCore(contender, generator) ? ", which share a core" : "");
        }

        @Override
        public int contenderProcessors() {
            return contender.count();
        }

        @Override
        public int generatorProcessors() {
            return generator.count();
        }

        @Override
        public List<String> before() {
            return List.of(taskset, "-c", contender.toString());
        }
    }

    /// The system moves everybody as it likes.
    ///
    /// @param processors how many there are for all
    /// @param why in words that go on after "not pinned:"
    record Unpinned(int processors, String why) implements ProcessorPlacement {
        @Override
        public String describe() {
            return "not pinned: " + why + ", so contender and generator share " + processors
                    + (processors == 1 ? " processor" : " processors");
        }

        @Override
        public int contenderProcessors() {
            return processors;
        }

        @Override
        public int generatorProcessors() {
            return processors;
        }

        @Override
        public List<String> before() {
            return List.of();
        }
    }

    /// Divides the processors that this process may use, and moves this process to the generator's.
    ///
    /// Threads that it starts from now on stay there, too; contenders are moved as they start. Where that is not
    /// possible, nobody is moved, and [#describe] says why.
    static ProcessorPlacement take() throws InterruptedException {
        return take(ProcessHandle.current().pid(), PathLookup.ofThisProcess());
    }

    /// The same for a generator in another process, with the programs of that path.
    static ProcessorPlacement take(long generatorPid, PathLookup path) throws InterruptedException {
        Optional<Processors> allowed = ProcessorTopology.allowed(ProcessHandle.current().pid());
        Optional<String> taskset = path.find("taskset");
        int all = Runtime.getRuntime().availableProcessors();
        if (allowed.isEmpty()) {
            return new Unpinned(all, "this system does not say which processors may be used");
        }
        if (taskset.isEmpty()) {
            return new Unpinned(all, "there is no taskset here (Debian has it in util-linux)");
        }
        Pinned pinned = divide(allowed.get(), ProcessorTopology.cores(allowed.get()), taskset.get());
        SystemCommand.Result moved = SystemCommand
                .run(List.of(pinned.taskset(), "-a", "-p", "-c", pinned.generator().toString(),
                        Long.toString(generatorPid)));
        // It says nothing, and succeeds, when there was no thread to move.
        boolean isThere = ProcessorTopology.allowed(generatorPid).filter(pinned.generator()::equals).isPresent();
        return moved.succeeded() && isThere
                ? pinned
                : new Unpinned(all, "taskset did not move the generator (" + moved.lastLine() + ")");
    }

    /// Half of the processors for each, whole cores where possible; the generator gets the odd one, because it must
    /// not be the limit.
    ///
    /// @param cores the same processors, those of a core together
    static Pinned divide(Processors allowed, List<Processors> cores, String taskset) {
        List<Integer> all = allowed.numbers();
        if (all.size() == 1) {
            return new Pinned(allowed, allowed, taskset);
        }
        int half = all.size() / 2;
        List<Integer> first = new ArrayList<>();
        for (Processors core : cores) {
            if (first.size() + core.count() <= half) {
                first.addAll(core.numbers());
            }
        }
        Processors contender = new Processors(first.isEmpty() ? all.subList(0, half) : first);
        List<Integer> rest = all.stream().filter(number -> !contender.numbers().contains(number)).toList();
        return new Pinned(contender, new Processors(rest), taskset);
    }
}
