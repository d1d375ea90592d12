// Command protobuf reads a JSON list of objects and prints them with their protobuf form as Go writes it: the fixture
// of src/schema/protobuf.test.ts. From tools/generate/facts: go run ./protobuf < objects.json > fixture.json
package main

import (
	"bytes"
	"encoding/json"
	"os"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
)

type pair struct {
	JSON     json.RawMessage `json:"json"`
	Protobuf []byte          `json:"protobuf"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	check(apiextensionsv1.AddToScheme(scheme.Scheme))
	var bodies []json.RawMessage
	check(json.NewDecoder(os.Stdin).Decode(&bodies))
	serializer := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	pairs := []pair{}
	for _, body := range bodies {
		var meta struct{ APIVersion, Kind string }
		check(json.Unmarshal(body, &meta))
		object, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind))
		check(err)
		check(json.Unmarshal(body, object))
		var out bytes.Buffer
		check(serializer.Encode(object, &out))
		pairs = append(pairs, pair{body, out.Bytes()})
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	check(encoder.Encode(pairs))
}
