package dev.polyserve.cli;

import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Workers;
import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.List;

/// Applies the settings of worker processes to a model.
final class WorkerSettings {
    private static final List<ServeSetting> ALL = List.of(ServeSetting.SPARE, ServeSetting.RECYCLE_CONNECTIONS,
            ServeSetting.RECYCLE_AGE,
            ServeSetting.WORKER_BOOT, ServeSetting.WORKER_SILENCE);

    private final ServeSettings settings;

    WorkerSettings(ServeSettings settings) {
        this.settings = settings;
    }

    /// The model with the configured workers.
    ///
    /// @throws ExitException when a setting does not apply to the model
    ModelDefinition of(ModelDefinition model) {
        return ALL.stream().noneMatch(settings::has)
                ? model
                : model.execution().processes().map(this::of).map(model::with).orElseThrow(() -> unused(model));
    }

    private ExitException unused(ModelDefinition model) {
        ServeSetting first = ALL.stream().filter(settings::has).findFirst().orElseThrow();
        return ExitException.wrong(settings.where(first) + " does not apply to the model " + model.id()
                + ": it belongs to process and process-pool");
    }

    private HandlerExecutionStrategy.Processes of(HandlerExecutionStrategy.Processes processes) {
        if (settings.has(ServeSetting.SPARE) && processes.minWorkers() == processes.maxWorkers()) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.SPARE) + " applies to a variable number of workers only, and "
                            + processes.minWorkers() + " is fixed: use --workers MIN..MAX");
        }
        if (settings.has(ServeSetting.RECYCLE_CONNECTIONS) && processes.startsPerConnection()) {
            throw ExitException.wrong(settings.where(ServeSetting.RECYCLE_CONNECTIONS)
                    + " does not apply to the model process: its workers serve one connection each");
        }
        return processes.with(configured(processes.workers()));
    }

    private Workers configured(Workers defaults) {
        Workers workers = settings.read(ServeSetting.SPARE, text -> spare(defaults, text)).orElse(defaults);
        workers = settings.number(ServeSetting.RECYCLE_CONNECTIONS).map(workers::withRecycleConnections)
                .orElse(workers);
        workers = settings.duration(ServeSetting.RECYCLE_AGE).map(workers::withRecycleAge).orElse(workers);
        workers = read(ServeSetting.WORKER_BOOT, workers, Workers::withBoot);
        return read(ServeSetting.WORKER_SILENCE, workers, Workers::withSilence);
    }

    private static Workers spare(Workers defaults, String text) {
        NumberRange range = NumberRange.parse(text, 0);
        return defaults.withSpare(range.least(), range.most().orElse(Math.max(range.least(), defaults.maxSpare())));
    }

    private interface Change {
        Workers with(Workers workers, Duration value);
    }

    private Workers read(ServeSetting setting, Workers workers, Change change) {
        return settings.read(setting, text -> change.with(workers, Units.duration(text))).orElse(workers);
    }
}
