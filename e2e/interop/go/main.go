// A client-go informer of the config maps of one namespace: `informer KUBECONFIG NAMESPACE`.
//
// It prints one JSON document a line: {"type", "name", "colour"} for each event. It ends with its standard input.
// KUBE_FEATURE_WatchListClient=true or false decides whether its first list is a streamed one.
package main

import (
	"encoding/json"
	"io"
	"log"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	informers "k8s.io/client-go/informers/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

type line struct {
	Type   string `json:"type"`
	Name   string `json:"name,omitempty"`
	Colour string `json:"colour,omitempty"`
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: informer KUBECONFIG NAMESPACE")
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	config.ContentType = runtime.ContentTypeJSON
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}

	lines := make(chan line)
	informer := informers.NewConfigMapInformer(client, os.Args[2], 0, cache.Indexers{})
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { lines <- of("ADDED", object) },
		UpdateFunc: func(_, object any) { lines <- of("MODIFIED", object) },
		DeleteFunc: func(object any) { lines <- of("DELETED", object) },
	})
	if err != nil {
		log.Fatal(err)
	}
	go informer.Run(nil)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()

	output := json.NewEncoder(os.Stdout)
	for each := range lines {
		if err := output.Encode(each); err != nil {
			log.Fatal(err)
		}
	}
}

func of(kind string, object any) line {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	configMap := object.(*corev1.ConfigMap)
	return line{Type: kind, Name: configMap.Name, Colour: configMap.Data["colour"]}
}
