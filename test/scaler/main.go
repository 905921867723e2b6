// Asks KEDA's own Temporal scaler, as its operator does, what it makes of a trigger. It reads the trigger's metadata as JSON from standard
// input, and prints the metric, its target and whether the scaler is active. `scripts/test-scaler` builds it.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
)

func main() {
	log.SetFlags(0)
	var trigger map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&trigger); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	scaler, err := scalers.NewTemporalScaler(ctx, &scalersconfig.ScalerConfig{TriggerType: "temporal", TriggerMetadata: trigger})
	if err != nil {
		log.Fatal(err)
	}
	defer scaler.Close(ctx)
	target := scaler.GetMetricSpecForScaling(ctx)[0].External
	metrics, active, err := scaler.GetMetricsAndActivity(ctx, target.Metric.Name)
	if err != nil {
		log.Fatal(err)
	}
	told := map[string]any{
		"metric": metrics[0].Value.AsApproximateFloat64(),
		"target": target.Target.AverageValue.AsApproximateFloat64(),
		"active": active,
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		log.Fatal(err)
	}
}
