package dev.polyserve.cli;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Workers;
import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Applies the settings of worker processes to a model.
final class WorkerSettings {
    private static final List<Setting> ALL = List.of(Setting.SPARE, Setting.RECYCLE_CONNECTIONS, Setting.RECYCLE_AGE,
            Setting.WORKER_BOOT, Setting.WORKER_SILENCE);

    private final Settings settings;

    WorkerSettings(Settings settings) {
        this.settings = settings;
    }

    /// The first of its settings that was given, if any; used to reject it for a model without worker processes.
    Optional<Setting> given() {
        return ALL.stream().filter(settings::has).findFirst();
    }

    /// The model with the configured workers.
    ModelVariant.ProcessPool of(ModelVariant.ProcessPool pool) {
        int between = pool.maxWorkers() - pool.minWorkers();
        if (settings.has(Setting.SPARE) && between == 0) {
            throw ExitException
                    .wrong(settings.where(Setting.SPARE) + " applies to a variable number of workers only, and "
                            + pool.minWorkers() + " is fixed: use --workers MIN..MAX");
        }
        return pool.with(this::configured);
    }

    /// The model with the configured workers.
    ModelVariant.ProcessPerConnection of(ModelVariant.ProcessPerConnection one) {
        if (settings.has(Setting.RECYCLE_CONNECTIONS)) {
            throw ExitException.wrong(settings.where(Setting.RECYCLE_CONNECTIONS)
                    + " does not apply to the model process: its workers serve one connection each");
        }
        return one.with(this::configured);
    }

    private Workers configured(Workers defaults) {
        Workers workers = settings.read(Setting.SPARE, text -> spare(defaults, text)).orElse(defaults);
        workers = settings.number(Setting.RECYCLE_CONNECTIONS).map(workers::withRecycleConnections).orElse(workers);
        workers = settings.duration(Setting.RECYCLE_AGE).map(workers::withRecycleAge).orElse(workers);
        workers = read(Setting.WORKER_BOOT, workers, Workers::withBoot);
        return read(Setting.WORKER_SILENCE, workers, Workers::withSilence);
    }

    private static Workers spare(Workers defaults, String text) {
        Range range = Range.parse(text, 0);
        return defaults.withSpare(range.least(), range.most().orElse(Math.max(range.least(), defaults.maxSpare())));
    }

    private interface Change {
        Workers with(Workers workers, Duration value);
    }

    private Workers read(Setting setting, Workers workers, Change change) {
        return settings.read(setting, text -> change.with(workers, Units.duration(text))).orElse(workers);
    }
}
